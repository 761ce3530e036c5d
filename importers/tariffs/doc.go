// Package tariffs owns the inbound formats of tariffs and norms of consumption. It does not own how
// a tariff is chosen for a charge (charging) or whether it contradicts another one (store).
package tariffs
