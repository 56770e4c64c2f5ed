#!/usr/bin/perl
# Verifies the DKIM signatures of a stored message with Mail::DKIM.
# Usage: dkim-verify.pl SERVER@PORT FILE; output and exit as dkim-verify.py,
# but "unknown" for what it cannot judge.
use strict;
use warnings;
use Mail::DKIM::DNS;
use Mail::DKIM::Verifier;
use Net::DNS::Resolver;

# The server answers for its own zones only: a CNAME that leads into another
# one is followed here.
package Following;
our @ISA = ('Net::DNS::Resolver');

sub send
{
	my ($self, $name, @rest) = @_;
	my $type = $rest[0] || 'A';
	my $reply;
	for (1 .. 8) {
		$reply = $self->SUPER::send($name, @rest) or return;
		my @answer = $reply->answer;
		last if grep { $_->type eq $type } @answer;
		my @alias = grep { $_->type eq 'CNAME' } @answer or last;
		$name = $alias[-1]->cname;
	}
	return $reply;
}

package main;

die "usage: dkim-verify.pl SERVER\@PORT FILE\n" unless @ARGV == 2;
my ($address, $port) = split /@/, $ARGV[0];
Mail::DKIM::DNS::resolver(
	Following->new(
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
