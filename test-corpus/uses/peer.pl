#!/usr/bin/env perl
# Prints what a peer finds in the Perl files that standard input names, one a
# line: file, tab, module. A file's own packages are no dependencies and are
# left out, as Perl::PrereqScanner::NotQuiteLite does by itself.
#
#   find DIR -name '*.pm' | perl peer.pl notquitelite
#   find DIR -name '*.pm' | perl peer.pl ppi
#
# notquitelite: Perl::PrereqScanner::NotQuiteLite with all the parsers that it
# brings, its evals (suggests), conditions (recommends) and `no` included.
# default: the same with the parsers that it uses when it is asked for none.
# ppi: Perl::PrereqScanner, which reads with PPI.
use strict;
use warnings;

my ($peer) = @ARGV;
chomp(my @files = <STDIN>);
my $read = $peer eq 'ppi' ? ppi() : notquitelite($peer eq 'default' ? ':default' : ':bundled');
for my $file (@files) {
    my %module = map { $_ => 1 } eval { $read->($file) };
    print STDERR "$file: $@" if $@;
    print "$file\t$_\n" for sort keys %module;
}

sub notquitelite {
    my ($parsers) = @_;
    require Perl::PrereqScanner::NotQuiteLite;
    my $scanner = Perl::PrereqScanner::NotQuiteLite->new(
        parsers => [$parsers], suggests => 1, recommends => 1,
    );
    return sub {
        my $found = $scanner->scan_file($_[0]);
        return map { $_->required_modules }
            grep { $_ } map { $found->$_ } qw(requires recommends suggests noes);
    };
}

sub ppi {
    require Perl::PrereqScanner;
    require PPI;
    my $scanner = Perl::PrereqScanner->new;
    return sub {
        my $document = PPI::Document->new($_[0]) or die 'PPI: ', PPI::Document->errstr, "\n";
        my %own = map { $_->namespace => 1 }
            @{ $document->find('PPI::Statement::Package') || [] };
        return grep { !$own{$_} } $scanner->scan_ppi_document($document)->required_modules;
    };
}
