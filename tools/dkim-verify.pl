#!/usr/bin/perl
# Verifies the DKIM signatures of a stored message with Mail::DKIM.
# Usage: dkim-verify.pl SERVER@PORT FILE; output and exit as dkim-verify.py,
# but "unknown" for what it cannot judge.
use strict;
use warnings;
use Mail::DKIM::DNS;
use Mail::DKIM::Verifier;
use Net::DNS::Resolver;

die "usage: dkim-verify.pl SERVER\@PORT FILE\n" unless @ARGV == 2;
my ($address, $port) = split /@/, $ARGV[0];
Mail::DKIM::DNS::resolver(
	Net::DNS::Resolver->new(
		nameservers => [$address], port => $port,
		recurse => 0, udp_timeout => 5, retry => 2));

my $dkim = Mail::DKIM::Verifier->new();
open my $in, '<:raw', $ARGV[1] or die "$ARGV[1]: $!\n";
my $envelope = 1;
while (my $line = <$in>) {
	next if $envelope
		&& $line =~ /^X-(Client-Addr|Helo-Args|Mail-Args|Rcpt-Args): /;
	$envelope = 0;
	$line =~ s/\r?\n\z/\r\n/;
	$dkim->PRINT($line);
}
close $in;
$dkim->CLOSE;

my ($passed, $failed) = (0, 0);
my @signatures = $dkim->signatures;
print "fail: no DKIM-Signature\n" unless @signatures;
for my $s (@signatures) {
	# Debian 12's Mail::DKIM does not know Ed25519: no verdict of its own.
	my $word = $s->result eq 'pass' ? 'pass'
		: $s->result_detail =~ /unsupported algorithm/ ? 'unknown' : 'fail';
	$passed++ if $word eq 'pass';
	$failed++ if $word eq 'fail';
	printf "%s d=%s s=%s a=%s %s\n", $word, $s->domain, $s->selector,
		$s->algorithm, $word eq 'pass' ? '' : $s->result_detail;
}
exit($passed && !$failed ? 0 : 1);
