"""Holds packets back on their way to hosts. Runs in the switch's namespace.

Not every kernel has netem, so the packets for a host are redirected into a tap device, read here, and put on
the host's cable when their time has come. Standard input: "<cable> <ms> <jitter ms>", a line each; with
different delays packets overtake each other. Arguments: the cables. Says "ready" when all devices are open.
"""

import fcntl
import heapq
import os
import random
import select
import socket
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000
SOL_PACKET = 263
PACKET_QDISC_BYPASS = 20
FRAME_BYTES_MAX = 70_000
FRAMES_HELD_MAX = 50_000


class Cable:
    def __init__(self, name, number):
        self.name = name
        self.delay = 0.0
        self.jitter = 0.0
        self.tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        device = f"tap{number}".encode()
        fcntl.ioctl(self.tap, TUNSETIFF, struct.pack("16sH", device, IFF_TAP | IFF_NO_PI))
        self.out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.out.bind((name, 0))
        # Past the redirection, which would bring them here again.
        self.out.setsockopt(SOL_PACKET, PACKET_QDISC_BYPASS, 1)

    def send(self, frame):
        try:
            self.out.send(frame)
        except OSError:
            pass  # A full or closed cable loses packets, as cables do.


def main():
    cables = {name: Cable(name, number) for number, name in enumerate(sys.argv[1:])}
    by_tap = {cable.tap: cable for cable in cables.values()}
    held = []
    count = 0
    print("ready", flush=True)
    while True:
        now = time.monotonic()
        while held and held[0][0] <= now:
            _, _, cable, frame = heapq.heappop(held)
            cable.send(frame)
        wait = max(0.0, held[0][0] - now) if held else None
        readable, _, _ = select.select([0, *by_tap], [], [], wait)
        for handle in readable:
            if handle == 0:
                line = sys.stdin.readline()
                if line == "":
                    return
                name, delay, jitter = line.split()
                cables[name].delay = float(delay) / 1000
                cables[name].jitter = float(jitter) / 1000
                continue
            cable = by_tap[handle]
            try:
                while True:
                    frame = os.read(handle, FRAME_BYTES_MAX)
                    if len(held) >= FRAMES_HELD_MAX:
                        continue
                    count += 1
                    due = time.monotonic() + cable.delay + random.random() * cable.jitter
                    heapq.heappush(held, (due, count, cable, frame))
            except BlockingIOError:
                pass


main()
