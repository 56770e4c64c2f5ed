#!/usr/bin/perl
# Verifies the DKIM signatures of a stored message with Mail::DKIM.
# Usage: dkim-verify.pl SERVER@PORT FILE; output and exit as dkim-verify.py.
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

my $failed = 1;
my @signatures = $dkim->signatures;
print "fail: no DKIM-Signature\n" unless @signatures;
$failed = 0 if @signatures;
for my $s (@signatures) {
	my $good = $s->result eq 'pass';
	$failed = 1 unless $good;
	printf "%s d=%s s=%s a=%s %s\n", $good ? 'pass' : 'fail',
		$s->domain, $s->selector, $s->algorithm,
		$good ? '' : $s->result_detail;
}
exit $failed;
