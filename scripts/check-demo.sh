#!/usr/bin/env bash
# The demo as a newcomer meets it: run once, its papers opened by the programs their readers have,
# run again, nothing changed. Leaves nothing behind; KEEP=1 keeps the folder.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

accounts="${DEMO_ACCOUNTS:-1000}"
work="$(mktemp -d)"
# the private PostgreSQL drops to another user when root starts it, who must get through
chmod 755 "$work"
demo="$work/demo"
finish() {
	if [ -n "${KEEP:-}" ]; then say "kept $work"; else rm -rf "$work"; fi
}
trap finish EXIT

pass() { say "ok    $*"; }

# papers: a line per file of everything the demo gives out, with its hash
papers() {
	local folder
	(cd "$demo" && for folder in inbox outbox receipts reports protocols; do
		find "$folder" -type f -print0
	done | sort -z | xargs -0 -r sha256sum)
}

# first EXT FOLDER...: one file of that kind, the same one every time
first() {
	local ext=$1 found
	shift
	found="$(cd "$demo" && find "$@" -type f -iname "*.$ext" | sort | head -n 1)"
	[ -n "$found" ] || die "no *.$ext under ${*} of the demo"
	printf '%s\n' "$demo/$found"
}

run_demo() {
	make --no-print-directory demo DEMO_DIR="$demo" DEMO_ACCOUNTS="$accounts" >"$work/$1.log" 2>&1 || {
		tail -n 60 "$work/$1.log" >&2
		die "make demo ($1 run) failed"
	}
}

check_layout() {
	local folder count
	# the partner's files leave the inbox once they are archived, so it may stand empty
	[ -d "$demo/inbox" ] || die "the demo left no folder inbox"
	for folder in archive outbox receipts reports protocols; do
		[ -d "$demo/$folder" ] || die "the demo left no folder $folder"
		count="$(find "$demo/$folder" -type f | wc -l)"
		[ "$count" -gt 0 ] || die "the demo left nothing in $folder"
		pass "$folder: $count files"
	done
}

check_receipt() {
	local pdf info pages text qr key
	pdf="$(first pdf receipts)"
	info="$(pdfinfo "$pdf")"
	pages="$(sed -n 's/^Pages: *//p' <<<"$info")"
	[ "$pages" -ge 1 ] || die "$pdf has no page"
	[[ "$info" == *"(A4)"* ]] || die "$pdf is not on A4: $info"
	text="$(pdftotext -layout -l 1 "$pdf" -)"
	# poppler must find letters, not shapes of letters
	grep -qi 'лицевой\|лицевого\|л/с' <<<"$text" || die "no account number in the text of $pdf"
	grep -qi 'октябр' <<<"$text" || die "no month in the text of $pdf"
	pdftoppm -r 200 -png -f 1 -l 1 "$pdf" "$work/page"
	qr="$(zbarimg -q --nodbus --raw -Sdisable -Sqrcode.enable "$work"/page*.png | iconv -f utf-8 -t utf-8 -c)" ||
		die "zbar finds no QR on $pdf"
	[[ "$qr" =~ ^ST0001[123]\| ]] || die "the QR of $pdf is not of GOST R 56042: $qr"
	for key in Name= PersonalAcc= BankName= BIC= CorrespAcc= Sum=; do
		[[ "$qr" == *"|$key"* ]] || die "the QR of $pdf lacks $key: $qr"
	done
	[[ "$qr" =~ \|Sum=[0-9]+(\||$) ]] || die "the QR of $pdf does not give Sum in kopecks: $qr"
	pass "receipt: $pages pages, text and payment QR read"
}

# those who cannot see hear their receipt, statement and calculation read out
check_accessible() {
	local account paper
	account="$(basename "$(cd "$demo" && find receipts -mindepth 3 -name '*.pdf' | sort | head -n 1)" .pdf)"
	cp "$(find "$demo/receipts" -name "$account.pdf")" "$work/receipt.pdf"
	for paper in statement penalties explain; do
		bin/kvitok "$paper" --dir "$demo" --account "$account" --period 2026-10 --pdf "$work/$paper.pdf" >"$work/$paper.log" 2>&1 ||
			die "kvitok $paper failed: $(cat "$work/$paper.log")"
	done
	scripts/verapdf.sh "$work"/{receipt,statement,penalties,explain}.pdf
	pass "accessible: receipt, statement, penalties and calculation conform to PDF/UA-1"
}

check_reports() {
	local book name sheets profile="file://$work/office"
	mkdir -p "$work/csv"
	while IFS= read -r -d '' book; do
		name="$(basename "$book" .xlsx)"
		rm -f "$work/csv/"*
		# -1: every sheet into a file of its own
		soffice -env:UserInstallation="$profile" --headless --convert-to \
			'csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,-1' \
			--outdir "$work/csv" "$book" >"$work/office.log" 2>&1 || die "LibreOffice cannot open $book: $(cat "$work/office.log")"
		sheets="$(find "$work/csv" -type f -size +0 | wc -l)"
		[ "$sheets" -ge 2 ] || die "$book: LibreOffice found $sheets filled sheets, wanted the table and «Контроль»"
		[ -s "$work/csv/$name-Контроль.csv" ] || die "$book has no sheet «Контроль»"
		if grep -lqE '#(REF|NAME|VALUE|DIV/0)[!?]' "$work/csv/"*; then die "$book: a formula of it fails in LibreOffice"; fi
		pass "report $name: $sheets sheets"
	done < <(find "$demo/reports" -type f -name '*.xlsx' -print0 | sort -z)
}

run_demo first
pass "the demo ran"
check_layout
check_receipt
first xlsx reports >/dev/null
check_reports

papers >"$work/before"
run_demo second
papers >"$work/after"
diff -u "$work/before" "$work/after" >&2 || die "the second run changed papers"
grep -qi 'nothing changed' "$work/second.log" || {
	tail -n 30 "$work/second.log" >&2
	die "the second run does not say that nothing changed"
}
pass "the second run changed nothing and says so"
check_accessible
if pgrep -f -- "-D $demo" >/dev/null; then die "a PostgreSQL of the demo still runs"; fi
pass "no server is left behind"
