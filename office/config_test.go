package office_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/office"
)

func TestConfigFaults(t *testing.T) {
	t.Parallel()
	good := office.QuickHash(t, password)
	tests := map[string]struct {
		change func(*office.Config)
		want   string
	}{
		"good":               {func(*office.Config) {}, ""},
		"open to the world":  {func(c *office.Config) { c.Listen = "0.0.0.0:8090" }, "listen: passwords would cross the network in the clear"},
		"all addresses":      {func(c *office.Config) { c.Listen = ":8090" }, "listen: passwords would cross the network in the clear"},
		"open, behind TLS":   {func(c *office.Config) { c.Listen, c.BehindTLS = ":8090", true }, ""},
		"no port":            {func(c *office.Config) { c.Listen = "127.0.0.1" }, `listen: "127.0.0.1" is not host:port`},
		"half a certificate": {func(c *office.Config) { c.CertFile = "a.pem" }, "cert_file and key_file belong together"},
		"nobody":             {func(c *office.Config) { c.Users = nil }, "users: nobody may sign in"},
		"no organisation":    {func(c *office.Config) { c.Users[0].Organisations = nil }, "users[0]: organisations: an accountant needs the INN of at least one"},
		"an odd role":        {func(c *office.Config) { c.Users[0].Role = "boss" }, `users[0]: role is "boss", want accountant or head`},
		"two of one name":    {func(c *office.Config) { c.Users[1].Name = "ivanova" }, `users[1]: there is another user "ivanova"`},
		"a plain password":   {func(c *office.Config) { c.Users[0].Password = "secret word" }, "users[0]: password must be a hash"},
		"a greedy hash":      {func(c *office.Config) { c.Users[0].Password = strings.Replace(good, "m=8192", "m=99999999", 1) }, "users[0]: password must be a hash"},
		"a hash cut off":     {func(c *office.Config) { c.Users[0].Password = good[:len(good)-40] }, "users[0]: password must be a hash"},
		"negative":           {func(c *office.Config) { c.Workers = -1 }, "must not be negative"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := config(t).WithDefaults()
			test.change(&c)
			err := c.Validate()
			switch {
			case test.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("error %v, want %q", err, test.want)
			case err != nil && strings.Contains(err.Error(), "secret word"):
				t.Error("the error repeats the password")
			}
		})
	}
}

func TestHashPassword(t *testing.T) {
	t.Parallel()
	first, err := office.HashPassword(password)
	if err != nil {
		t.Fatal(err)
	}
	second, err := office.HashPassword(password)
	if err != nil || first == second {
		t.Errorf("two hashes of one password are the same, or %v", err)
	}
	c := config(t).WithDefaults()
	c.Users[0].Password = first
	if err := c.Validate(); err != nil {
		t.Errorf("our own hash is refused: %v", err)
	}
	w := newWorld(t, func(c *office.Config) { c.Users[0].Password = first })
	w.signed(t, "ivanova")
	for _, weak := range []string{"", "короткий", strings.Repeat("x", 1025)} {
		if _, err := office.HashPassword(weak); err == nil {
			t.Errorf("a password of %d bytes is taken", len(weak))
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	got := []string{
		office.Count(1), office.Count(22), office.Count(11), office.Count(1048576), office.Size(999), office.Size(1500), office.Size(12_340_000),
	}
	want := []string{"1 строка", "22 строки", "11 строк", "1 048 576 строк", "999 Б", "2 кБ", "12,3 МБ"}
	for i := range want {
		want[i] = strings.ReplaceAll(want[i], " ", "\u00a0")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
}
