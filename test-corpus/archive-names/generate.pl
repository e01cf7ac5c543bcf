#!/usr/bin/perl
# What the real CPAN::DistnameInfo says about every path of names.txt:
#   perl generate.pl < names.txt > expected.tsv
#
# Columns: path, author, distribution, version, maturity; empty for what the
# module leaves undefined. Where it does not know the suffix (.tar.xz .txz
# .pm.gz .pm), the path is asked for with .tar.gz in its place.
use strict;
use warnings;
use CPAN::DistnameInfo;

die "CPAN::DistnameInfo 0.12 is needed, not $CPAN::DistnameInfo::VERSION\n"
    if $CPAN::DistnameInfo::VERSION ne '0.12';

while (my $path = <STDIN>) {
    chomp $path;
    my $asked = $path;
    $asked =~ s/\.(?:tar\.xz|txz|pm\.gz|pm)\z/.tar.gz/i;
    my $info = CPAN::DistnameInfo->new($asked);
    print join("\t", $path, map { defined $_ ? $_ : '' }
        $info->cpanid, $info->dist, $info->version, $info->maturity), "\n";
}
