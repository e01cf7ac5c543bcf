#!/usr/bin/env perl
# cases.pl - small made-up advisories and what reference.pl says of them, to pin
# the rules that upstream's data alone does not tell apart.
#
#   perl cases.pl > cases.jsonl
#
# Each line: {"affected": [...], "fixed": [...], "probes": {version: verdict}},
# where verdict is affected, disputed or none.
use strict;
use warnings;

use FindBin ();
use JSON::PP ();

require "$FindBin::Bin/reference.pl";

if (@ARGV) {
    print STDERR "usage: perl cases.pl > cases.jsonl\n";
    exit 2;
}

my @affected = (
    [], ['0'], ['1.5'], ['=1.5'], ['==1.5'], ['v1.500'], ['1.50_1'],
    ['<1.5'], ['<=1.5'], ['>1.5'], ['>=1.5'], ['<v1.500.0'], ['>0'], ['>=0'], ['<0'], ['<=0'],
    ['>=1.2,<1.5'], ['>1.2,<=1.5'], ['>=1.2,<=1.5'], [' >= 1.2 , < 1.5 '], ['<1.5,>=1.2'],
    ['>=1.2,>=1.5'], ['<1.5,<1.2'], ['>0,<1.5'], ['>=1.2,==1.5'], ['==1.5,==1.50'],
    ['>=1.5,<=1.5'], ['>=1.2,<2,>1.2,<=1.5'],
    # no version satisfies these: each term is read alone
    ['==1.2,==1.5'], ['=1.2,=1.5'], ['1.2,1.5'], ['<1.2,>1.5'], ['<1.2,>=1.5'], ['<=1.2,>=1.5'],
    ['<1.5,>=1.5'], ['>1.5,<=1.5'], ['>1.5,<1.5'], ['==1.2,>=1.5'], ['==1.5,>=1.6,<2'], ['>0,<0'],
    # lists
    ['1.2', '1.5'], ['<1.2', '>=1.5,<1.7'], ['<1.5', '>=1.2'], ['==1.5', '>0'], ['<=1.5', '==1.5'],
    ['<=1.2', '<=1.5'], ['<1.6', '<=1.5'],
);
my @fixed = (
    [], ['1.5'], ['=1.5'], ['==1.5'], ['<1.5'], ['<=1.5'], ['>1.5'], ['>=1.5'], ['>=v1.500'],
    ['>0'], ['>=0'], ['>=1.2'], ['<2'], ['>=2'], ['<0'],
    ['>=1.5,<1.7'], ['>1.2,<1.7'], ['>=1.5,<=1.5'],
    ['<1.2,>=1.5'], ['<1.5,>1.5'], ['==1.2,==1.5'],
    ['==1.2', '==1.5'], ['>=1.2', '>=1.5,<1.7'], ['<1.2', '>1.5'],
);
my @probes = qw(0 0.5 1.1 1.2 1.3 1.4999 1.5 1.50_1 v1.500.0 1.6 1.7 2 2.1);

my $json = JSON::PP->new->utf8->canonical;
binmode STDOUT;
for my $affected (@affected) {
    my $held = Reference::ranges_of($affected);
    for my $fixed (@fixed) {
        my $fix = Reference::ranges_of($fixed);
        my %verdict;
        for my $probe (@probes) {
            my $verdict = Reference::verdict($held, $fix, Reference::version_of($probe));
            $verdict{$probe} = defined $verdict ? $verdict : 'none';
        }
        print $json->encode({ affected => $affected, fixed => $fixed, probes => \%verdict }), "\n";
    }
}
