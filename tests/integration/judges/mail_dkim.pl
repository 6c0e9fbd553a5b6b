#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# Message on standard input, one verdict per DKIM-Signature as JSON on standard output: by Mail::DKIM.
use strict;
use warnings;
use JSON::PP;
use Mail::DKIM::Verifier;

binmode STDIN;
my $verifier = Mail::DKIM::Verifier->new;
while (my $line = <STDIN>) {
    $verifier->PRINT($line);
}
$verifier->CLOSE;

my @verdicts = map {
    {
        passed    => $_->result eq 'pass' ? JSON::PP::true : JSON::PP::false,
        domain    => $_->domain // '',
        selector  => $_->selector // '',
        algorithm => $_->algorithm // '',
        text      => $_->result_detail // '',
    }
} $verifier->signatures;
print encode_json(\@verdicts);
