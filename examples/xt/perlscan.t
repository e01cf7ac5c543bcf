#!/usr/bin/env perl
# Known vulnerabilities as failing tests: copy this file into a distribution's xt/,
# and run `prove xt/perlscan.t` in the distribution's folder. Options of
# `perlscan scan` stand after `::`: `prove xt/perlscan.t :: --fail-on high`.
#
# Where perlscan is not in PATH the test is skipped; with PERLSCAN_REQUIRED it fails.
use strict;
use warnings;

use File::Spec ();

my @names = $^O eq 'MSWin32' ? ('perlscan.exe') : ('perlscan');
my ($perlscan) = grep { -f && -x _ } map {
    my $folder = $_;
    map { File::Spec->catfile($folder, $_) } @names;
} File::Spec->path;

if (!defined $perlscan) {
    if ($ENV{PERLSCAN_REQUIRED}) {
        print "1..1\nnot ok 1 - perlscan is in PATH\n";
        exit 1;
    }
    print "1..0 # SKIP perlscan is not in PATH\n";
    exit 0;
}

# What it prints are the tests; a list, so that no shell reads the arguments.
my $status = system {$perlscan} $perlscan, 'scan', '--format', 'tap', @ARGV, '--', File::Spec->curdir;
if ($status == -1) {
    print "Bail out! can't start $perlscan: $!\n";
    exit 2;
}
exit($status & 127 ? 2 : $status >> 8);
