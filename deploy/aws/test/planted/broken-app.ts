/** An app with one planted mistake: PLANTED=property is a misspelt property, PLANTED=open a port for everybody. */
import process from 'node:process';
import { App } from 'aws-cdk-lib';
import { CfnVolume, Peer, Port, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { addChecks, addStacks } from '../../lib/app.js';
import { planOf } from '../../lib/plan.js';
import { PROFILES } from '../../lib/profile.js';

const app = new App();
const { data, hosts } = addStacks(app, planOf('relevo', PROFILES.minimal, 1));
if (process.env['PLANTED'] === 'property') {
  const volume = data.node.findChild('Volume-ada');
  if (volume instanceof CfnVolume) volume.addPropertyOverride('Encrypte', true);
} else {
  const vpc = hosts.node.findChild('Network').node.findChild('Vpc');
  if (!(vpc instanceof Vpc)) throw new Error('there is no network to open');
  const group = new SecurityGroup(hosts, 'Open', { vpc });
  group.addIngressRule(Peer.anyIpv4(), Port.tcp(22));
}
addChecks(app);
app.synth();
