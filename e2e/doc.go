// Package e2e tests the program against real servers: Kafka, FTP, SFTP and mail.
//
// It owns the tests that start them (build tag e2e, `make e2e`). It does not own the servers: scripts/ starts and stops them.
package e2e
