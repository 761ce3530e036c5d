package pipeline

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// AsOfResult is what making the reports of a past moment did.
type AsOfResult struct {
	Moment time.Time  `json:"moment"`
	Files  []AsOfFile `json:"files"`
}

// AsOfFile is a report as of a past moment.
type AsOfFile struct {
	PublishedFile
	GivenOut  time.Time `json:"given_out,omitzero"` // when it was given out last up to the moment
	Identical bool      `json:"identical"`          // to the byte with what was given out then
}

// ReportAsOf makes the reports of a month as of a moment that has passed, whatever was corrected, charged
// anew, paid or identified since, into a folder of its own. Where the data had not changed between the
// last giving out and the moment, the files are those given out, to the byte.
func (p *Pipeline) ReportAsOf(ctx context.Context, period housing.Period, moment time.Time) (result AsOfResult, err error) {
	result.Moment = moment
	frozen, err := p.Store.AsOf(ctx, moment)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, frozen.Close(ctx)) }()
	past, err := p.reading(frozen.Store)
	if err != nil {
		return result, err
	}
	found, err := past.reportMeta(ctx, period)
	if err != nil {
		return result, err
	}
	folder := filepath.Join("reports", period.String(), "на "+moment.In(p.Limits.Zone).Format("2006-01-02 15-04-05"))
	jobs, err := past.reportJobs(ctx, found)
	if err != nil {
		return result, err
	}
	for at, job := range jobs {
		file, err := past.reportFileAsOf(ctx, pastReport{moment, found, at, filepath.Join(folder, job.file)})
		if err != nil {
			return result, err
		}
		result.Files = append(result.Files, file)
	}
	return result, nil
}

// pastReport is one of them.
type pastReport struct {
	moment time.Time
	found  reports.Meta // what the data of the moment say
	at     int          // of the report in the list
	name   string
}

// reportFileAsOf makes one file with the head of what was given out last; where that is not what comes
// of the data, with the head that the data of the moment have.
func (p *Pipeline) reportFileAsOf(ctx context.Context, r pastReport) (file AsOfFile, err error) {
	given, err := p.Store.LastPublication(ctx, p.Organisation.ID, r.found.Period, filepath.Base(r.name), r.moment)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return file, err
	}
	if err == nil {
		then := r.found
		then.Organisation, then.AsOf, then.Engine, then.Run = given.Organisation, given.AsOf, given.Engine, strconv.FormatInt(given.Run, 10)
		if file.PublishedFile, err = p.putAsOf(ctx, r, then); err != nil {
			return file, err
		}
		file.GivenOut = given.Moment
		if file.Identical = file.SHA256 == given.SHA256; file.Identical {
			return file, nil
		}
	}
	file.PublishedFile, err = p.putAsOf(ctx, r, r.found)
	return file, err
}

func (p *Pipeline) putAsOf(ctx context.Context, r pastReport, head reports.Meta) (PublishedFile, error) {
	jobs, err := p.reportJobs(ctx, head)
	if err != nil {
		return PublishedFile{}, err
	}
	var result PublishResult
	if err := p.put(r.name, jobs[r.at].write, &result); err != nil {
		return PublishedFile{}, fmt.Errorf("as of a past moment: %w", err)
	}
	return result.Files[0], nil
}
