# A good zone: text report, exit status 0.
zonegate check -t 20261115000000 -d zone/example.ds zone/example.signed
