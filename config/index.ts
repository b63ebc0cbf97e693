/** Settings: from flags, environment, .env and defaults to one validated, frozen object. */
export { ListenError, listenError, portHolder } from './busy-port.js';
export { type ClientConfig, loadClientConfig } from './client.js';
export { settingsDirectory, standingDirectory } from './dot-env.js';
export { envExample, nodeUsage, proxyUsage } from './env-example.js';
export { loadNodeConfig, type LogConfig, type NodeConfig } from './node.js';
export {
  clusterIdOf,
  HTTP_PORT_OFFSET,
  type NodeAddress,
  nodeListText,
  PEER_PORT_OFFSET,
  quorumOf,
} from './nodes.js';
export { endpointText } from './parsers.js';
export { ConfigError, type Problem } from './problem.js';
export { loadProxyConfig, type ProxyConfig, type PageConfig } from './proxy.js';
export type { Environment } from './environment.js';
export { asksForHelp } from './sources.js';
