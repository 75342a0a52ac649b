// Usage: node sign.js ADDRESS TOKEN_FILE ARTIFACT BUNDLE message|statement. Signs as @sigstore/sign does.
'use strict';
const fs = require('fs');
const { bundleToJSON } = require('@sigstore/bundle');
const sign = require('@sigstore/sign');

const [address, tokenFile, artifact, output, kind] = process.argv.slice(2);
const token = fs.readFileSync(tokenFile, 'utf8').trim();

async function main() {
  const signer = new sign.FulcioSigner({
    fulcioBaseURL: address,
    identityProvider: { getToken: async () => token },
  });
  const witnesses = [
    new sign.RekorWitness({ rekorBaseURL: address, entryType: kind === 'statement' ? 'dsse' : undefined }),
    new sign.TSAWitness({ tsaBaseURL: address }),
  ];
  const builder = kind === 'statement'
    ? new sign.DSSEBundleBuilder({ signer, witnesses })
    : new sign.MessageSignatureBundleBuilder({ signer, witnesses });
  const type = kind === 'statement' ? 'application/vnd.in-toto+json' : undefined;
  const bundle = await builder.create({ data: fs.readFileSync(artifact), type });
  fs.writeFileSync(output, JSON.stringify(bundleToJSON(bundle)));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
