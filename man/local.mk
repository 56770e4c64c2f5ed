# man
dist_man_MANS += \
	man/sendward.7 \
	man/sendward-api.7 man/sendward-console.7 man/sendward-scaling.7 \
	man/sendward-metrics.7 man/sendward-operating.7 \
	man/sendward-ses.7 man/sendward-threats.7 \
	man/sendward.conf.5 \
	man/sendward-jobd.8 \
	man/sendward-apid.8 \
	man/sendward-feedback.8 \
	man/sendward-milter.8 \
	man/sendward-policyd.8 \
	man/sendwardctl.8
EXTRA_DIST += man/README.md man/commands.awk man/doctor.awk man/events.awk man/metrics.awk \
	man/options.awk man/operations.awk man/reasons.awk man/unsupported.awk \
	man/update man/wrap.awk
