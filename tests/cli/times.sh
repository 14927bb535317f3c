# A malformed time is exit status 2, before anything is read.
for time in '' 2026112206133 20260230000000 20261122240000 +1y -x 1.5 now '+ 1' 99999999999999999999; do
	try zonegate check -t "$time" zone/example.signed
done
# The same moment in three forms gives the same report.
zonegate check -t 20261115000000 zone/example.signed >"$WORK/stamp"
zonegate check -t 1794700800 zone/example.signed >"$WORK/seconds"
cmp "$WORK/stamp" "$WORK/seconds" && echo same
