"""A client of relevo.v1.Kv in Python, with Debian's python3-grpcio and python3-protobuf alone.

usage: kv_client.py DESCRIPTORS ADDRESS

DESCRIPTORS is what `buf build --as-file-descriptor-set -o FILE` writes: the messages are made from it
at run time, so that no code has to be generated. Calls come in on standard input, one JSON object a
line, {"method": "Put", "request": {...}}; answers go out the same way, in order:
{"response": {...}} or {"code": "INVALID_ARGUMENT", "outcome": "refused", "message": "..."}.
Requests and responses are in protobuf's JSON form: bytes as base64, 64-bit numbers as text.
"""

import json
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

SERVICE = "relevo.v1.Kv"
SECONDS_MAX = 20


def load_pool(path):
    """The descriptors of a file, ready to make messages of."""
    with open(path, "rb") as file:
        descriptors = descriptor_pb2.FileDescriptorSet.FromString(file.read())
    pool = descriptor_pool.DescriptorPool()
    for file_descriptor in descriptors.file:
        pool.Add(file_descriptor)
    return pool


def message_class(pool, descriptor):
    """The class of a message; the function's name depends on the version of the package."""
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(pool).GetPrototype(descriptor)


class Methods:
    """The unary methods of the service over one channel, by name."""

    def __init__(self, pool, channel):
        self._request_types = {}
        self._calls = {}
        for method in pool.FindServiceByName(SERVICE).methods:
            request_type = message_class(pool, method.input_type)
            response_type = message_class(pool, method.output_type)
            self._request_types[method.name] = request_type
            self._calls[method.name] = channel.unary_unary(
                f"/{SERVICE}/{method.name}",
                request_serializer=request_type.SerializeToString,
                response_deserializer=response_type.FromString,
            )

    def call(self, name, request):
        """Makes one call and gives its answer as plain data; an error is an answer too."""
        message = json_format.ParseDict(request, self._request_types[name]())
        try:
            response = self._calls[name](message, timeout=SECONDS_MAX)
        except grpc.RpcError as error:
            trailers = dict(error.trailing_metadata() or ())
            return {
                "code": error.code().name,
                "outcome": trailers.get("relevo-outcome", ""),
                "message": error.details(),
            }
        return {"response": json_format.MessageToDict(response)}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    pool = load_pool(sys.argv[1])
    with grpc.insecure_channel(sys.argv[2]) as channel:
        methods = Methods(pool, channel)
        for line in sys.stdin:
            asked = json.loads(line)
            print(json.dumps(methods.call(asked["method"], asked["request"])), flush=True)


if __name__ == "__main__":
    main()
