package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// How long what is made here is good for: a test cluster lives for hours.
const validity = 30 * 24 * time.Hour

// A certificate and its key.
type identity struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// certificates writes an authority, the server's certificate, those of an administrator and of the controller
// manager with a kubeconfig each, and the key that signs the tokens of service accounts.
func certificates(folder, server string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	authority, err := issue(folder, "ca", nil, x509.Certificate{
		Subject:               pkix.Name{CommonName: "sekisho-test"},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	})
	if err != nil {
		return err
	}
	_, err = issue(folder, "server", authority, x509.Certificate{
		Subject:     pkix.Name{CommonName: "kube-apiserver"},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(10, 96, 0, 1)},
	})
	if err != nil {
		return err
	}
	for _, client := range []struct{ name, user, group string }{
		{"admin", "admin", "system:masters"},
		{"controller-manager", "system:kube-controller-manager", ""},
		{"apiserver-client", "kube-apiserver", ""},
	} {
		subject := pkix.Name{CommonName: client.user}
		if client.group != "" {
			subject.Organization = []string{client.group}
		}
		_, err := issue(folder, client.name, authority, x509.Certificate{
			Subject:     subject,
			KeyUsage:    x509.KeyUsageDigitalSignature,
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		})
		if err != nil {
			return err
		}
		if err := kubeconfig(folder, client.name, server); err != nil {
			return err
		}
	}
	signer, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	return write(filepath.Join(folder, "service-accounts.key"), "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(signer))
}

// issue makes a key and a certificate signed by the issuer, or by itself, and writes both.
func issue(folder, name string, issuer *identity, template x509.Certificate) (*identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template.NotBefore = time.Now().Add(-time.Hour)
	template.NotAfter = time.Now().Add(validity)
	parent, signer := &template, key
	if issuer != nil {
		parent, signer = issuer.certificate, issuer.key
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, parent, &key.PublicKey, signer)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	if err := write(filepath.Join(folder, name+".crt"), "CERTIFICATE", der); err != nil {
		return nil, err
	}
	if err := write(filepath.Join(folder, name+".key"), "EC PRIVATE KEY", secret); err != nil {
		return nil, err
	}
	return &identity{certificate, key}, nil
}

func kubeconfig(folder, name, server string) error {
	text := fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: test
clusters:
- name: test
  cluster: {server: %q, certificate-authority: %q}
users:
- name: %q
  user: {client-certificate: %q, client-key: %q}
contexts:
- name: test
  context: {cluster: test, user: %q}
`, server, "ca.crt", name, name+".crt", name+".key", name)
	return os.WriteFile(filepath.Join(folder, name+".kubeconfig"), []byte(text), 0o600)
}

func write(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
