package parameters

import (
	"bytes"
	_ "embed" // for orders.yaml
	"errors"
	"fmt"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/kvitok-gkh/kvitok/housing"
)

//go:embed orders.yaml
var builtinOrders []byte

// BuiltinOrders returns the orders of payment built into the program.
func BuiltinOrders() ([]housing.PaymentOrder, error) {
	return LoadOrders(bytes.NewReader(builtinOrders))
}

// LoadOrders reads a YAML list of orders of payment. Every fault of it is reported.
func LoadOrders(r io.Reader) ([]housing.PaymentOrder, error) {
	d := yaml.NewDecoder(r)
	d.KnownFields(true)
	var orders []housing.PaymentOrder
	if err := d.Decode(&orders); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the orders of payment: %w", err)
	}
	var errs []error
	for i, o := range orders {
		fail := func(what string) {
			errs = append(errs, fmt.Errorf("order %d (%s): %s: %w", i+1, o.Name, what, ErrParameter))
		}
		switch {
		case o.Name == "" || o.Title == "":
			fail("name and title are needed")
		case slices.ContainsFunc(orders[:i], func(e housing.PaymentOrder) bool { return e.Name == o.Name }):
			fail("the name stands twice")
		case o.Months != housing.OldestFirst && o.Months != housing.NewestFirst:
			fail("months must be oldest or newest")
		case o.Penalty != housing.PenaltyLast && o.Penalty != housing.PenaltyFirst:
			fail("penalty must be last or first")
		case o.Limitation < 0:
			fail("limitation must not be negative")
		}
		for _, service := range o.Services {
			if !slices.Contains(housing.Services(), service) {
				fail("unknown service " + string(service))
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("read the orders of payment: %w", err)
	}
	return orders, nil
}

// OverrideOrders puts the orders of a configuration over the base, by name.
func OverrideOrders(base, extra []housing.PaymentOrder) []housing.PaymentOrder {
	result := slices.Clone(extra)
	for _, order := range base {
		if !slices.ContainsFunc(extra, func(e housing.PaymentOrder) bool { return e.Name == order.Name }) {
			result = append(result, order)
		}
	}
	return result
}
