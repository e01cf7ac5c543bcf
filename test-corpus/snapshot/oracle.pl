#!/usr/bin/perl
# What the real Carton reads from the snapshots beside this file:
#   perl oracle.pl > carton.jsonl
#
# One JSON object a line and folder: case, refused (0 or 1), dists: for each
# release, in the order of the file, its name, pathname, provides {module:
# version, or the word undef} and requirements {module: range}.
use strict;
use warnings;
use Carton::Snapshot;
use FindBin;
use JSON::PP;

my $json = JSON::PP->new->canonical->utf8;
for my $case (sort map { m{([^/]+)/cpanfile\.snapshot\z} } glob "$FindBin::Bin/*/cpanfile.snapshot") {
    my $file = "$FindBin::Bin/$case/cpanfile.snapshot";
    my $snapshot = Carton::Snapshot->new(path => $file);
    my $read = eval { $snapshot->load };
    my @dists;
    for my $dist ($read ? $snapshot->distributions : ()) {
        my %provides = map { $_ => $dist->version_for($_) } keys %{ $dist->provides };
        my %requirements = map { $_ => $dist->requirements_for_module($_) } $dist->required_modules;
        push @dists, {
            name => $dist->name,
            pathname => $dist->pathname,
            provides => \%provides,
            requirements => \%requirements,
        };
    }
    print $json->encode({ case => $case, refused => ($read ? 0 : 1), dists => \@dists }), "\n";
}
