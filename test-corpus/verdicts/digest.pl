#!/usr/bin/env perl
# digest.pl - counts and checksums of the advisory facts, to prove that the
# committed facts say what upstream's feed says.
#
#   perl digest.pl --feed cpan-security-advisory.json
#   perl digest.pl --facts DIR
#
# The same facts give the same bytes, from whichever side they are read.
# --facts reads DIR/advisories.jsonl {dist, id, cves, affected, fixed},
# DIR/releases.jsonl {dist, version}, DIR/modules.jsonl {module, dist} and
# DIR/distributions.jsonl {dist, main_module?}; other keys are ignored.
#
# Every checksum is the sha256 of lines, sorted bytewise, each ended by \n, its
# fields parted by TAB, a list written as a JSON array of its elements sorted
# bytewise (their order upstream means nothing), nothing dropped:
#   cves               dist  id  [cves]                  one line a record
#   ranges             dist  id  [affected]  [fixed]     one line a record
#   releases           dist  version                     distinct
#   releases_per_dist  dist  number of distinct versions (0 where none)
#   modules            module  dist
#   main_modules       dist  main module ('' where it is null, empty or absent)
# Records are lines, not a set: 2,061 lines, of which 2,042 are distinct.
# A release is an entry of versions[] with a version that is not null; a number
# counts by its text (1.8 is "1.8"), the same text twice counts once.
#
# bare_ranges (616) counts elements of `affected` that are a version and nothing
# else: no operator, no comma. `fixed` has one more (Log-Any, 1.716), which is
# not counted. single_equals_ranges (141) counts elements of `affected` that
# begin with one `=` not followed by another; none of them has a comma, and
# `fixed` has none.
use strict;
use warnings;

use Digest::SHA ();
use Getopt::Long ();
use JSON::PP ();

my $json = JSON::PP->new->utf8->canonical;

sub slurp {
    my ($path) = @_;
    open my $in, '<:raw', $path or die "$path: $!\n";
    local $/;
    my $bytes = <$in>;
    close $in or die "$path: $!\n";
    return $bytes;
}

sub json_lines {
    my ($path) = @_;
    my $number = 0;
    my @rows;
    for my $line (split /\n/, slurp($path)) {
        $number++;
        my $row = eval { $json->decode($line) };
        die "$path:$number: $@" if ref $row ne 'HASH';
        push @rows, $row;
    }
    return @rows;
}

# { records => [[dist, id, cves, affected, fixed]], releases => {dist => {text => 1}},
#   modules => {module => dist}, main => {dist => main module} }
sub from_feed {
    my ($path) = @_;
    my $feed  = $json->decode(slurp($path));
    my %facts = (records => [], releases => {}, modules => $feed->{module2dist}, main => {});
    for my $dist (keys %{ $feed->{dists} }) {
        my $from = $feed->{dists}{$dist};
        my $main = $from->{main_module};
        $facts{main}{$dist} = defined $main ? $main : '';
        for my $release (@{ $from->{versions} }) {
            $facts{releases}{$dist}{"$release->{version}"} = 1 if defined $release->{version};
        }
        push @{ $facts{records} },
            map { [ $dist, @$_{qw(id cves affected_versions fixed_versions)} ] } @{ $from->{advisories} };
    }
    return \%facts;
}

sub from_facts {
    my ($dir) = @_;
    my %facts = (records => [], releases => {}, modules => {}, main => {});
    for my $row (json_lines("$dir/distributions.jsonl")) {
        die "$dir/distributions.jsonl: $row->{dist} twice\n" if exists $facts{main}{ $row->{dist} };
        $facts{main}{ $row->{dist} } = defined $row->{main_module} ? $row->{main_module} : '';
    }
    for my $row (json_lines("$dir/modules.jsonl")) {
        die "$dir/modules.jsonl: $row->{module} twice\n" if exists $facts{modules}{ $row->{module} };
        $facts{modules}{ $row->{module} } = $row->{dist};
    }
    for my $row (json_lines("$dir/releases.jsonl")) {
        $facts{releases}{ $row->{dist} }{"$row->{version}"} = 1 if defined $row->{version};
    }
    push @{ $facts{records} }, map { [ @$_{qw(dist id cves affected fixed)} ] } json_lines("$dir/advisories.jsonl");
    return \%facts;
}

sub list { return $json->encode([ sort map { "$_" } @{ $_[0] || [] } ]) }

sub checksum {
    my (@lines) = @_;
    utf8::encode($_) for @lines;
    return Digest::SHA::sha256_hex(join '', map { "$_\n" } sort @lines);
}

# a line of fields; a list is JSON text, which is bytes already
sub row {
    my (@fields) = @_;
    for my $field (@fields) {
        if (ref $field) {
            $field = list($field);
            utf8::decode($field);
        }
    }
    return join "\t", @fields;
}

sub usage {
    print STDERR "usage: perl digest.pl (--feed FILE | --facts DIR)\n";
    return 2;
}

sub main {
    my %option;
    Getopt::Long::GetOptions(\%option, 'feed=s', 'facts=s') or return usage();
    return usage() if @ARGV || (defined $option{feed} ? 1 : 0) + (defined $option{facts} ? 1 : 0) != 1;
    my $facts = defined $option{feed} ? from_feed($option{feed}) : from_facts($option{facts});

    my (%ids, %pairs, %distinct, @cves, @ranges);
    my ($bare, $equals) = (0, 0);
    for my $record (@{ $facts->{records} }) {
        my ($dist, $id, $cves, $affected, $fixed) = @$record;
        $ids{$id}            = 1;
        $pairs{"$dist\t$id"} = 1;
        push @cves,   row($dist, $id, $cves || []);
        push @ranges, row($dist, $id, $affected || [], $fixed || []);
        $distinct{"$cves[-1]\t$ranges[-1]"} = 1;
        for my $range (@{ $affected || [] }) {
            $bare++   if $range =~ /\A\s*[^\s<>=!,]+\s*\z/;
            $equals++ if $range =~ /\A\s*=(?!=)/;
        }
    }
    my %dists = map { $_ => 1 } keys %{ $facts->{main} }, keys %{ $facts->{releases} }, map { $_->[0] } @{ $facts->{records} };
    my (@releases, @per_dist, @main);
    for my $dist (keys %dists) {
        my @texts = keys %{ $facts->{releases}{$dist} || {} };
        push @releases, map { row($dist, $_) } @texts;
        push @per_dist, row($dist, scalar @texts);
        my $main = $facts->{main}{$dist};
        push @main, row($dist, defined $main ? $main : '');
    }
    binmode STDOUT;
    print JSON::PP->new->utf8->canonical->indent->indent_length(2)->space_after->encode({
        records              => scalar @{ $facts->{records} },
        distinct_records     => scalar keys %distinct,
        ids                  => scalar keys %ids,
        dist_id_pairs        => scalar keys %pairs,
        distributions        => scalar keys %dists,
        releases             => scalar @releases,
        modules              => scalar keys %{ $facts->{modules} },
        main_modules         => scalar(grep { length } values %{ $facts->{main} }),
        bare_ranges          => $bare,
        single_equals_ranges => $equals,
        sha256               => {
            cves              => checksum(@cves),
            ranges            => checksum(@ranges),
            releases          => checksum(@releases),
            releases_per_dist => checksum(@per_dist),
            modules           => checksum(map { row($_, $facts->{modules}{$_}) } keys %{ $facts->{modules} }),
            main_modules      => checksum(@main),
        },
    });
    return 0;
}

exit main();
