// Usage: node verify.js TRUSTED_ROOT BUNDLE ARTIFACT IDENTITY ISSUER. Ends with 0 where @sigstore/verify verifies.
'use strict';
const fs = require('fs');
const { bundleFromJSON } = require('@sigstore/bundle');
const { TrustedRoot } = require('@sigstore/protobuf-specs');
const { Verifier, toSignedEntity, toTrustMaterial } = require('@sigstore/verify');

const [root, bundle, artifact, identity, issuer] = process.argv.slice(2);
const read = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));
const material = toTrustMaterial(TrustedRoot.fromJSON(read(root)));
const found = bundleFromJSON(read(bundle));
const verifier = new Verifier(material);
verifier.verify(toSignedEntity(found, fs.readFileSync(artifact)), {
  subjectAlternativeName: identity,
  extensions: { issuer },
});
