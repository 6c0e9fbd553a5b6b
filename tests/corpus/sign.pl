#!/usr/bin/perl
# SPDX-License-Identifier: ISC
#
# sign.pl dkim|arc DOMAIN SELECTOR CANONICALIZATION KEYFILE TIME
#
# Message on standard input; the fields that Mail::DKIM puts on top of it on standard output, NUL after each.
use strict;
use warnings;
use Mail::DKIM::ARC::Signer;
use Mail::DKIM::Signer;

my ($what, $domain, $selector, $canonicalization, $key, $time) = @ARGV;
my %common = (
    Algorithm => 'rsa-sha256',
    Domain    => $domain,
    Selector  => $selector,
    KeyFile   => $key,
    Timestamp => $time,
);
my $signer =
    $what eq 'arc'
    ? Mail::DKIM::ARC::Signer->new(%common, Chain => 'ar', SrvId => $domain)
    : Mail::DKIM::Signer->new(%common, Method => $canonicalization);

binmode STDIN;
binmode STDOUT;
while (my $line = <STDIN>) {
    $signer->PRINT($line);
}
$signer->CLOSE;
my @fields = $what eq 'arc' ? $signer->as_strings : ($signer->signature->as_string);
die $what, ': ', $signer->{details} // 'nothing signed', "\n" unless @fields;
print map { s/\r?\n/\r\n/gr . "\0" } @fields;
