#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# Mail::DKIM as a judge: support/verify.py has the dialogue.
use strict;
use warnings;
use JSON::PP;
use Mail::DKIM::ARC::Verifier;
use Mail::DKIM::Verifier;

sub feed {
    my ($verifier, $message) = @_;
    open my $lines, '<', $message or die $!;
    while (my $line = <$lines>) {
        $verifier->PRINT($line);
    }
    $verifier->CLOSE;
    return $verifier;
}

sub passed {
    my ($result) = @_;
    return $result eq 'pass' ? JSON::PP::true : JSON::PP::false;
}

sub verdict_on_signature {
    my ($signature) = @_;
    return {
        passed    => passed($signature->result),
        domain    => $signature->domain // '',
        selector  => $signature->selector // '',
        algorithm => $signature->algorithm // '',
        text      => $signature->result_detail // '',
    };
}

# The chain as one verdict, under the domain of its last sealer.
sub verdict_on_chain {
    my ($message) = @_;
    my $verifier = feed(Mail::DKIM::ARC::Verifier->new, $message);
    my $seal     = (sort { $b->instance <=> $a->instance } grep { $_->isa('Mail::DKIM::ARC::Seal') }
            @{ $verifier->{signatures} })[0];
    return {
        passed    => passed($verifier->result),
        domain    => $seal ? $seal->domain : '',
        selector  => 'arc',
        algorithm => 'arc',
        text      => $verifier->result_detail // '',
    };
}

binmode STDIN;
$| = 1;
while (my $length = <STDIN>) {
    read(STDIN, my $message, $length) == $length or die "the message ends too early\n";
    my @verdicts = map { verdict_on_signature($_) } feed(Mail::DKIM::Verifier->new, \$message)->signatures;
    my ($header) = split /^\r\n/m, $message, 2;
    push @verdicts, verdict_on_chain(\$message) if $header =~ /^ARC-Seal:/mi;
    print encode_json(\@verdicts), "\n";
}
