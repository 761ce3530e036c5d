package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/answers"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/store"
)

func (e *environment) matchCommand() *cobra.Command {
	var export, apply, by string
	var undo int64
	var claims claimFlags
	var merges mergeFlags
	var consents consentFlags
	c := &cobra.Command{
		Use: "match", Short: "Match residents to accounts; the operator's workbook out and in; undo", Args: cobra.NoArgs,
	}
	c.Flags().StringVar(&export, "export", "", "write the workbook of open questions to this file")
	c.Flags().StringVar(&apply, "apply", "", "apply this filled workbook")
	c.Flags().Int64Var(&undo, "undo", 0, "take back the decision on this claim")
	c.Flags().StringVar(&by, "by", pipeline.Actor(), "who decides, kept with the decision")
	claims.add(c)
	merges.add(c)
	consents.add(c)
	c.MarkFlagsMutuallyExclusive("export", "apply", "undo", "status", "history", "move", "shares",
		"merge", "split", "merges", "doubles", "consent", "consents", "proxies")
	c.RunE = e.do(func(ctx context.Context, _ []string) error {
		return e.work(ctx, func(ctx context.Context, a *app) error {
			switch {
			case export != "":
				return e.exportQuestions(ctx, a, export, by)
			case apply != "":
				return e.applyAnswers(ctx, a, apply, by)
			case undo != 0:
				return e.undoMatch(ctx, a, undo, by)
			}
			for _, run := range []func(context.Context, *environment, *app, string) (bool, error){
				claims.run,
				func(ctx context.Context, e *environment, a *app, by string) (bool, error) {
					return merges.run(ctx, e, a, by, claims.reason)
				},
				func(ctx context.Context, e *environment, a *app, by string) (bool, error) {
					return consents.run(ctx, e, a, by, consentWords{to: claims.to, since: merges.since})
				},
			} {
				if asked, err := run(ctx, e, a, by); asked {
					return err
				}
			}
			result, err := a.pipeline.Match(ctx)
			if err != nil {
				return err
			}
			return e.print(result, func(w io.Writer) { writeMatch(w, result) })
		})
	})
	return c
}

func writeMatch(w io.Writer, r pipeline.MatchResult) {
	say(w, "matched: %d decided now; %d linked, %d refused, %d questions to the operator, %d open", r.Decided,
		r.Counts.Linked, r.Counts.Refused, r.Counts.Questions, r.Counts.Open)
	if r.Expired > 0 {
		say(w, "links blocked because the power of attorney ended: %d (kvitok match --proxies lists them)", r.Expired)
	}
}

func (e *environment) exportQuestions(ctx context.Context, a *app, path, by string) error {
	var rows int
	err := writeFile(path, func(w io.Writer) (err error) {
		rows, err = a.pipeline.ExportQuestions(ctx, w, by)
		return err
	})
	if err != nil {
		return err
	}
	return e.print(map[string]any{"file": path, "questions": rows}, func(w io.Writer) {
		say(w, "%d questions in %s", rows, path)
	})
}

// appliedMatches tells of a workbook of residents.
type appliedMatches struct{ pipeline.AnswerResult }

func (r *appliedMatches) told() string {
	return fmt.Sprintf("%d linked, %d refused, %d joined to another claim, %d corrected, %d left open, %d problems",
		r.Linked, r.Refused, r.Merged, r.Corrected, r.Open, len(r.Problems))
}
func (r *appliedMatches) open() bool                   { return false }
func (r *appliedMatches) problems() *[]housing.Problem { return &r.Problems }

func (e *environment) applyAnswers(ctx context.Context, a *app, path, by string) error {
	return applyFilled(ctx, e, path, answers.Read, func(ctx context.Context, list []housing.MatchAnswer) (applied, error) {
		result, err := a.pipeline.ApplyAnswers(ctx, list, by)
		return &appliedMatches{result}, err
	})
}

func (e *environment) undoMatch(ctx context.Context, a *app, claim int64, by string) error {
	var status string
	err := a.store.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		status, err = tx.UndoMatch(ctx, a.pipeline.Organisation.ID, claim, by, e.now())
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("no decision stands on claim %d", claim)
	}
	if err != nil {
		return err
	}
	return e.print(map[string]any{"claim": claim, "was": status}, func(w io.Writer) {
		say(w, "claim %d: the decision %q is taken back; kvitok match decides anew, but does not make a link taken back again", claim, status)
	})
}
