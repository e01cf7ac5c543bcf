#!/usr/bin/env perl
# reference.pl - which releases each advisory affects, worked out with the real
# version.pm. The scanner's own answers are tested against this program's; it
# shares no code with the scanner.
#
#   perl reference.pl --feed cpan-security-advisory.json [--digest]
#   perl reference.pl --facts DIR [--digest]
#   perl reference.pl (--feed FILE | --facts DIR) --refused refused-releases.tsv
#
# --feed reads upstream's JSON feed, --facts the project's committed facts
# (DIR/advisories.jsonl and DIR/releases.jsonl). Both give the same output for
# the same facts.
#
# Output: one line a verdict, `dist TAB version TAB id TAB affected|disputed`,
# sorted bytewise. --digest prints counts and the sha256 of that output instead.
# --refused judges the releases that version.pm refuses, at the readings that
# were written down by hand, and checks the table on the way.
#
# WHICH RELEASES (20,998 = 20,902 accepted + 96 refused, feed of 2026-08-16)
#   Every entry of versions[] counts, those with perl_release or dual_lived too
#   (386 entries, 380 of them with a version: none of those 380 texts repeats
#   a text of the same distribution that stands without perl_release).
#   A null version is no release (6 entries, all with perl_release). A JSON
#   number counts by its text (68 entries: 1.8 is "1.8", 0 is "0"). The same
#   (distribution, text) twice is one release: 21,743 entries become 20,998.
#   Without the perl_release entries it would be 20,618 / 20,522 / 96.
#   The text "0" is judged here like any other; see zero_* in --digest.
# ACCEPTED means that version->parse neither dies nor warns.
#
# RANGES
#   The list is OR. An element is one range: its comma-separated terms are AND.
#   `N`, `=N` and `==N` mean exactly N. Where no version satisfies all terms of
#   an element, each term becomes a range of its own (OR). Versions are dense
#   (something lies between any two), so an AND of terms is empty when its lower
#   bound is above its upper, or equal to it with one of them open; `<0` is
#   empty as well, since 0 is the lowest version.
#   A range is thus an interval; "lower bound" and "upper bound" are its ends.
#   An exact N has both. `>0` and `>=0` have a lower bound, 0, and no upper one.
#
# VERDICT of one record for one version V
#   held  = affected ranges that hold V; none: no verdict.
#   fixed = fixed ranges that hold V; none: affected.
#   The fix wins when for every range in held one of these is true:
#     (a) it has no upper bound, and some range in fixed has a lower bound and
#         no upper bound;
#     (b) its upper bound is V, and some range in fixed has V as lower bound.
#   Wins: no verdict. Otherwise: disputed.
# Each record is judged alone. Records of one (dist, id) are then merged:
# affected before disputed; nothing is ever united before judging.
# (53,321 verdicts of single records become 53,076: 19 records repeat another
# word for word, others of one id overlap. No pair has both kinds of verdict.)
#
# The numbers (53,076 verdicts, 228 disputed, Imager 129) need: bare N is exact,
# the OR reading of contradictions in `affected`, and both (a) and (b). They do
# NOT tell apart, on the present data: every/any held range, the OR reading in
# `fixed`, whether a fixed range may lack a lower bound or have an upper bound
# in (a), or whether a bounded fixed range may meet in (b). For those this
# program follows the design's letter; cases.pl pins them.
use strict;
use warnings;

package Reference;

use Digest::SHA ();
use Getopt::Long ();
use JSON::PP ();
use version ();

my %parsed;

# The version object, or undef where version.pm refuses the text.
sub version_of {
    my ($text) = @_;
    if (!exists $parsed{$text}) {
        $parsed{$text} = eval {
            local $SIG{__WARN__} = sub { die $_[0] };
            version->parse($text);
        };
    }
    return $parsed{$text};
}

# A range is [lower, lower included, upper, upper included]; undef is open.
sub interval {
    my (@terms) = @_;
    my ($low, $low_in, $high, $high_in);
    for my $term (@terms) {
        my ($op, $version) = @$term;
        if ($op eq '>' || $op eq '>=' || $op eq '==') {
            my $in = $op ne '>';
            if (!defined $low || $version > $low || ($version == $low && !$in)) {
                ($low, $low_in) = ($version, $in);
            }
        }
        if ($op eq '<' || $op eq '<=' || $op eq '==') {
            my $in = $op ne '<';
            if (!defined $high || $version < $high || ($version == $high && !$in)) {
                ($high, $high_in) = ($version, $in);
            }
        }
    }
    return if defined $high && $high == 0 && !$high_in;
    if (defined $low && defined $high) {
        return if $low > $high;
        return if $low == $high && !($low_in && $high_in);
    }
    return [ $low, $low_in, $high, $high_in ];
}

sub term_of {
    my ($text) = @_;
    my ($op, $number) = $text =~ /\A\s*(==|=|>=|<=|>|<|)\s*([^\s<>=!,]+)\s*\z/
        or die "cannot read the range term '$text': decide what it means first\n";
    my $version = version_of($number);
    die "version.pm refuses the version in the range term '$text'\n" if !defined $version;
    return [ $op eq '' || $op eq '=' ? '==' : $op, $version ];
}

sub ranges_of {
    my ($list) = @_;
    my @ranges;
    for my $element (@$list) {
        my @terms = map { term_of($_) } split /,/, $element, -1;
        my $and   = interval(@terms);
        push @ranges, defined $and ? $and : grep { defined } map { scalar interval($_) } @terms;
    }
    return \@ranges;
}

sub holds {
    my ($range, $version) = @_;
    my ($low, $low_in, $high, $high_in) = @$range;
    return 0 if defined $low  && ($low_in  ? $version < $low  : $version <= $low);
    return 0 if defined $high && ($high_in ? $version > $high : $version >= $high);
    return 1;
}

# undef, 'affected' or 'disputed'
sub verdict {
    my ($affected, $fixed, $version) = @_;
    my @held = grep { holds($_, $version) } @$affected;
    return if !@held;
    my @fix = grep { holds($_, $version) } @$fixed;
    return 'affected' if !@fix;
    for my $range (@held) {
        my $wins =
            defined $range->[2]
            ? $range->[2] == $version && grep { defined $_->[0] && $_->[0] == $version } @fix
            : grep { defined $_->[0] && !defined $_->[2] } @fix;
        return 'disputed' if !$wins;
    }
    return;
}

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
    my $json   = JSON::PP->new->utf8;
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

# { dist => { releases => { text => 1 }, records => [ [id, affected, fixed] ] } }
sub load_feed {
    my ($path) = @_;
    my $feed = JSON::PP->new->utf8->decode(slurp($path));
    my %dists;
    for my $name (keys %{ $feed->{dists} }) {
        my $from = $feed->{dists}{$name};
        my $dist = $dists{$name} = { releases => {}, records => [] };
        for my $release (@{ $from->{versions} }) {
            $dist->{releases}{"$release->{version}"} = 1 if defined $release->{version};
        }
        for my $record (@{ $from->{advisories} }) {
            push @{ $dist->{records} },
                [ $record->{id}, $record->{affected_versions}, $record->{fixed_versions} ];
        }
    }
    return \%dists;
}

sub load_facts {
    my ($dir) = @_;
    my %dists;
    my $dist = sub { $dists{ $_[0] } ||= { releases => {}, records => [] } };
    for my $row (json_lines("$dir/releases.jsonl")) {
        $dist->($row->{dist})->{releases}{"$row->{version}"} = 1 if defined $row->{version};
    }
    for my $row (json_lines("$dir/advisories.jsonl")) {
        push @{ $dist->($row->{dist})->{records} },
            [ $row->{id}, $row->{affected} || [], $row->{fixed} || [] ];
    }
    return \%dists;
}

# { id => verdict } of one version of one distribution
sub verdicts_at {
    my ($ready, $version) = @_;
    my %found;
    for my $record (@$ready) {
        my ($id, $affected, $fixed) = @$record;
        my $verdict = verdict($affected, $fixed, $version);
        next if !defined $verdict;
        $found{$id} = $verdict if $verdict eq 'affected' || !exists $found{$id};
    }
    return \%found;
}

sub ready_records {
    my ($dist) = @_;
    return [ map { [ $_->[0], ranges_of($_->[1]), ranges_of($_->[2]) ] } @{ $dist->{records} } ];
}

# What the design says about a text that version.pm refuses; used only to check
# the table that was written by hand.
sub low_confidence {
    my ($text) = @_;
    $text =~ s/[-_.]?(?:trial|alpha|beta|pre|rc|dev|a|b)[0-9]*[a-z]?\z//i;
    $text =~ s/[._]+\z//;
    $text =~ tr/_/./ if index($text, '.') < 0;
    for my $length (reverse 1 .. length $text) {
        my $prefix = substr $text, 0, $length;
        my $rest   = substr $text, $length;
        next if $prefix =~ /_\z/ || ($prefix =~ /_[0-9]+\z/ && $rest =~ /\A[0-9]/);
        return $prefix if defined version_of($prefix);
    }
    return;
}

sub refused_report {
    my ($dists, $path) = @_;
    my (%reading, @lines);
    my $number = 0;
    for my $line (split /\n/, slurp($path)) {
        $number++;
        next if $line eq '' || $line =~ /\A#/;
        my ($dist, $text, $reading) = split /\t/, $line, -1;
        die "$path:$number: three columns and a note are needed\n" if !defined $reading;
        die "$path:$number: twice\n" if exists $reading{$dist}{$text};
        die "$path:$number: not a release of the data: $dist $text\n"
            if !$dists->{$dist} || !$dists->{$dist}{releases}{$text};
        die "$path:$number: version.pm accepts '$text'\n" if defined version_of($text);
        die "$path:$number: version.pm refuses the reading '$reading'\n"
            if !defined version_of($reading);
        my $rule = low_confidence($text);
        $rule = 'nothing' if !defined $rule;
        die "$path:$number: read as '$reading' by hand, as '$rule' by rule\n" if $rule ne $reading;
        $reading{$dist}{$text} = $reading;
    }
    my @missing;
    for my $name (sort keys %$dists) {
        my $dist  = $dists->{$name};
        my $ready = ready_records($dist);
        for my $text (sort keys %{ $dist->{releases} }) {
            next if defined version_of($text);
            my $reading = $reading{$name}{$text};
            if (!defined $reading) {
                push @missing, "$name $text";
                next;
            }
            my $found = verdicts_at($ready, version_of($reading));
            push @lines, map { "$name\t$text\t$_\t$found->{$_}\n" } keys %$found;
        }
    }
    die "$path: read these by hand and add them:\n", map { "  $_\n" } @missing if @missing;
    return join '', sort @lines;
}

sub usage {
    print STDERR "usage: perl reference.pl (--feed FILE | --facts DIR) [--digest | --refused FILE]\n";
    return 2;
}

sub main {
    my (%option);
    Getopt::Long::GetOptions(\%option, 'feed=s', 'facts=s', 'digest', 'refused=s') or return usage();
    return usage() if @ARGV || (defined $option{feed} ? 1 : 0) + (defined $option{facts} ? 1 : 0) != 1;
    return usage() if $option{digest} && defined $option{refused};
    my $dists = defined $option{feed} ? load_feed($option{feed}) : load_facts($option{facts});
    binmode STDOUT;

    if (defined $option{refused}) {
        print refused_report($dists, $option{refused});
        return 0;
    }

    my %count = map { $_ => 0 }
        qw(releases accepted refused verdicts disputed zero_releases zero_verdicts);
    my (@lines, %disputed);
    for my $name (keys %$dists) {
        my $dist  = $dists->{$name};
        my $ready = ready_records($dist);
        for my $text (keys %{ $dist->{releases} }) {
            $count{releases}++;
            my $version = version_of($text);
            if (!defined $version) {
                $count{refused}++;
                next;
            }
            $count{accepted}++;
            my $found = verdicts_at($ready, $version);
            push @lines, map { "$name\t$text\t$_\t$found->{$_}\n" } keys %$found;
            my $disputed = grep { $_ eq 'disputed' } values %$found;
            $count{verdicts} += keys %$found;
            $count{disputed} += $disputed;
            $disputed{$name} += $disputed if $disputed;
            if ($text eq '0') {
                $count{zero_releases}++;
                $count{zero_verdicts} += keys %$found;
            }
        }
    }
    my $output = join '', sort @lines;
    if ($option{digest}) {
        print JSON::PP->new->utf8->canonical->indent->indent_length(2)->space_after->encode({
            %count,
            disputed_by_dist => \%disputed,
            sha256           => Digest::SHA::sha256_hex($output),
        });
    }
    else {
        print $output;
    }
    return 0;
}

exit main() if !caller;

1;
