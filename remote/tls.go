package remote

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
)

// ServerTLS is how a server at host:port is made sure of: by its name, or another where it is known by another, and by the authorities of a
// file, or those of the system where no file is named.
func ServerTLS(address, serverName, caFile string) (*tls.Config, error) {
	if serverName == "" {
		serverName, _, _ = net.SplitHostPort(address)
	}
	conf := &tls.Config{ServerName: serverName, MinVersion: tls.VersionTLS12}
	if caFile == "" {
		return conf, nil
	}
	pem, err := os.ReadFile(caFile) //nolint:gosec // the administrator names it
	if err != nil {
		return nil, fmt.Errorf("read ca_file: %w", err)
	}
	conf.RootCAs = x509.NewCertPool()
	if !conf.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read ca_file %s: no certificate in it", caFile)
	}
	return conf, nil
}
