// A certificate authority, logs of both versions and a timestamp authority on loopback, as @sigstore/mock has them.
// Usage: node services.js FOLDER. Writes `trusted_root.json`, `trust_config.json`, `token` and, when it listens,
// `address` into the folder.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const path = require('path');
const mock = require('@sigstore/mock');

const folder = process.argv[2];
const sha256 = (bytes) => crypto.createHash('sha256').update(bytes).digest();
const pair = () => crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
const base64 = (bytes) => Buffer.from(bytes.buffer ? bytes : new Uint8Array(bytes)).toString('base64');

// What a real log makes of what it is told, before it takes it in.
function entered(asked) {
  if (asked.kind !== 'dsse' || !asked.spec.proposedContent) return asked;
  const { envelope, verifiers } = asked.spec.proposedContent;
  const { payload, signatures } = JSON.parse(envelope);
  const hash = (bytes) => ({ algorithm: 'sha256', value: sha256(bytes).toString('hex') });
  return {
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      envelopeHash: hash(envelope),
      payloadHash: hash(Buffer.from(payload, 'base64')),
      signatures: signatures.map((one, at) => ({ signature: one.sig, verifier: verifiers[at] })),
    },
  };
}

function enteredSecond(asked) {
  const { digest, signature } = asked.hashedRekordRequestV002;
  const data = { algorithm: 'SHA2_256', digest };
  return { apiVersion: '0.0.2', kind: 'hashedrekord', spec: { hashedRekordV002: { data, signature } } };
}

// What a timestamp authority is asked for, in DER or in JSON: the digest, and the number that is used once.
function stampRequest(body) {
  if (body[0] !== 0x30) {
    const asked = JSON.parse(body.toString());
    return { artifactHash: Buffer.from(asked.artifactHash, 'base64'), nonce: asked.nonce || 1 };
  }
  const at = body.indexOf(Buffer.from([0x04, 0x20]));
  return { artifactHash: body.subarray(at + 2, at + 34), nonce: 1 };
}

async function main() {
  const server = http.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${server.address().port}`;
  const certificateLog = await mock.initializeCTLog(pair());
  const authority = await mock.initializeCA(pair(), certificateLog);
  const log = await mock.initializeTLog(address, pair());
  const stamps = await mock.initializeTSA(pair());
  const fulcio = mock.fulcioHandler(authority, { subjectClaim: 'email' });

  const answers = {
    '/api/v2/signingCert': async (body, headers) => {
      const asked = JSON.parse(body.toString());
      // The token may stand in the header, and a request for a certificate may be wrapped in base 64.
      const [, token] = (headers.authorization || '').split(' ');
      asked.credentials = asked.credentials || { oidcIdentityToken: token };
      if (asked.certificateSigningRequest) {
        asked.certificateSigningRequest = Buffer.from(asked.certificateSigningRequest, 'base64').toString();
      }
      const { statusCode, response } = await fulcio.fn(JSON.stringify(asked));
      return [statusCode === 201 ? 200 : statusCode, 'application/json', response];
    },
    '/api/v1/log/entries': async (body) => {
      const entry = await log.log(entered(JSON.parse(body.toString())));
      const [name] = Object.keys(entry);
      const headers = { etag: name, location: `/api/v1/log/entries/${name}` };
      return [201, 'application/json', JSON.stringify(entry), headers];
    },
    '/api/v2/log/entries': async (body) => {
      // The second version proves the same, and neither promises nor says a time.
      const [entry] = Object.values(await log.log(enteredSecond(JSON.parse(body.toString()))));
      const proof = entry.verification.inclusionProof;
      const bytes = (hex) => Buffer.from(hex, 'hex').toString('base64');
      return [201, 'application/json', JSON.stringify({
        logIndex: '0',
        logId: { keyId: bytes(entry.logID) },
        kindVersion: { kind: 'hashedrekord', version: '0.0.2' },
        inclusionProof: {
          logIndex: '0', treeSize: '1', rootHash: bytes(proof.rootHash), hashes: [],
          checkpoint: { envelope: proof.checkpoint },
        },
        canonicalizedBody: entry.body,
      })];
    },
    '/api/v1/timestamp': async (body) => {
      // @sigstore/verify reads a time only with three digits behind the second, and DER drops zeros at the end.
      while (Date.now() % 10 === 0 || Date.now() % 10 > 6) await new Promise(setImmediate);
      const request = {
        hashAlgorithmOID: '2.16.840.1.101.3.4.2.1',
        policyOID: '1.3.6.1.4.1.57264.2',
        certReq: true,
        ...stampRequest(body),
      };
      return [201, 'application/timestamp-reply', Buffer.from(await stamps.timestamp(request))];
    },
  };
  server.on('request', (request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', async () => {
      try {
        const [status, type, body, headers] = await answers[request.url](Buffer.concat(parts), request.headers);
        response.writeHead(status, { 'content-type': type, ...headers }).end(body);
      } catch (error) {
        response.writeHead(500).end(String(error.stack || error));
      }
    });
  });

  const validFor = { start: '2020-01-01T00:00:00Z' };
  const chain = (...certificates) => ({ certificates: certificates.map((one) => ({ rawBytes: base64(one) })) });
  const subject = { organization: 'sigstore.mock', commonName: 'sigstore' };
  const ecdsa = (key) => ({ rawBytes: base64(key), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor });
  const trustedRoot = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [{
      baseUrl: address,
      hashAlgorithm: 'SHA2_256',
      publicKey: ecdsa(log.publicKey),
      logId: { keyId: sha256(log.publicKey).toString('base64') },
    }],
    certificateAuthorities: [{ subject, uri: address, certChain: chain(authority.rootCertificate), validFor }],
    ctlogs: [{
      baseUrl: address,
      hashAlgorithm: 'SHA2_256',
      publicKey: ecdsa(certificateLog.publicKey),
      logId: { keyId: base64(certificateLog.logID) },
    }],
    timestampAuthorities: [{
      subject,
      uri: address,
      certChain: chain(stamps.intCertificate, stamps.rootCertificate),
      validFor,
    }],
  };
  const service = (majorApiVersion, place) => ({ url: `${address}${place}`, majorApiVersion, validFor, operator: 'sigstore.mock' });
  const trustConfig = {
    mediaType: 'application/vnd.dev.sigstore.clienttrustconfig.v0.1+json',
    trustedRoot,
    signingConfig: {
      mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
      caUrls: [service(1, '')],
      oidcUrls: [service(1, '')],
      rekorTlogUrls: [service(1, '')],
      rekorTlogConfig: { selector: 'ANY' },
      tsaUrls: [service(1, '/api/v1/timestamp')],
      tsaConfig: { selector: 'ANY' },
    },
  };
  const now = Math.floor(Date.now() / 1000);
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: 'https://accounts.example.com', sub: 'ana@example.com', email: 'ana@example.com', email_verified: true,
    aud: 'sigstore', iat: now, nbf: now, exp: now + 3600,
  };
  const token = `${part({ alg: 'ES256', typ: 'JWT' })}.${part(claims)}.${Buffer.alloc(64, 1).toString('base64url')}`;
  const write = (name, text) => fs.writeFileSync(path.join(folder, name), text);
  write('trusted_root.json', JSON.stringify(trustedRoot));
  write('trust_config.json', JSON.stringify(trustConfig));
  write('token', token);
  write('address.part', address);
  fs.renameSync(path.join(folder, 'address.part'), path.join(folder, 'address'));
}

main();
