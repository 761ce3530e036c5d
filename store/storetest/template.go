package storetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/store"
)

const (
	templatePrefix = "kvitok_tpl_"
	// templateLock is the advisory lock under which the template is made.
	templateLock int64 = 0x6b76_7402
	// keptTemplates bounds the templates of other schemas: several work trees share one server.
	keptTemplates = 6
)

// ensureTemplate returns the name of the database with the current schema, made by the first test
// process that needs it. It counts as made only when it is marked as a template.
func ensureTemplate(ctx context.Context, p *process) (name string, err error) {
	fingerprint, err := store.SchemaFingerprint()
	if err != nil {
		return "", fmt.Errorf("name the template: %w", err)
	}
	name = templatePrefix + fingerprint
	err = p.admin(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		// Ends with the connection.
		if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", templateLock); err != nil {
			return fmt.Errorf("lock the template: %w", err)
		}
		var made bool
		const query = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate)"
		if err := conn.QueryRow(ctx, query, name).Scan(&made); err != nil {
			return fmt.Errorf("look for the template: %w", err)
		}
		if made {
			return nil
		}
		return makeTemplate(ctx, p, conn, name)
	})
	return name, err
}

func makeTemplate(ctx context.Context, p *process, conn *pgx.Conn, name string) error {
	if err := dropOldTemplates(ctx, conn); err != nil {
		return err
	}
	if err := drop(ctx, conn, name); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		return fmt.Errorf("create the template: %w", err)
	}
	if err := migrate(ctx, p.server, name); err != nil {
		return err
	}
	// Nobody may connect any more: a connected database cannot be copied.
	if _, err := conn.Exec(ctx, "ALTER DATABASE "+name+" IS_TEMPLATE true ALLOW_CONNECTIONS false"); err != nil {
		return fmt.Errorf("mark the template: %w", err)
	}
	return nil
}

func migrate(ctx context.Context, server, name string) (err error) {
	u, err := databaseURL(server, name)
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Config{URL: u, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("open the template: %w", err)
	}
	defer s.Close()
	if err := s.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate the template: %w", err)
	}
	if _, err := s.Exec(ctx, "VACUUM ANALYZE"); err != nil {
		return fmt.Errorf("settle the template: %w", err)
	}
	return nil
}

// dropOldTemplates keeps the newest few.
func dropOldTemplates(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, "SELECT datname FROM pg_database WHERE datname LIKE $1 ORDER BY oid DESC OFFSET $2",
		templatePrefix+"%", keptTemplates)
	if err != nil {
		return fmt.Errorf("look for old templates: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("look for old templates: %w", err)
	}
	var errs []error
	for _, name := range names {
		_, err := conn.Exec(ctx, "ALTER DATABASE "+pgx.Identifier{name}.Sanitize()+" IS_TEMPLATE false")
		errs = append(errs, err)
		if err == nil {
			errs = append(errs, drop(ctx, conn, name))
		}
	}
	return errors.Join(errs...)
}
