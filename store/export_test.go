package store

// MigrationLock lets tests hold the lock of the migrations.
const MigrationLock = migrationLock
