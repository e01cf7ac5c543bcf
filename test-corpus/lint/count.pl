#!/usr/bin/env perl
# count.pl - what is wrong in CPANSA's advisory data, counted with the real
# version.pm. The lint's own numbers are tested against this program's; it
# shares no code with the scanner.
#
#   perl count.pl --feed cpan-security-advisory.json [--list]
#   perl count.pl --facts DIR [--list]
#
# --feed reads upstream's JSON feed, --facts the project's committed facts.
# Output: one JSON object, rule to number of findings, and under `of` what they
# are counted among. --list writes `rule TAB dist TAB id TAB detail` lines.
#
# Definitions, one a rule. An "element" is one text of an affected or fixed
# list; its comma-separated parts are AND.
#   bare-range              elements that are one version and no operator
#   single-equals           elements that begin with `=` and no other operator
#   unsatisfiable-range     elements of two and more parts that hold no version;
#                           of these, `contradicting_pins` are `==A,==B`
#   unreadable-range        elements with a part that version.pm refuses
#   fixed-overlaps-affected records with a version that both lists hold; of
#                           these, `disputed` by the rules of the design
#   reversed-operators      records whose fixed ranges have no lower bound and
#                           whose affected ranges have no upper one
#   range-without-release   affected elements (as read: a contradiction part by
#                           part) that hold no listed release, of distributions
#                           that list any
#   no-affected-range       records with an empty affected list
#   malformed-id            ids that are not CPANSA-, a name, -YYYY-, anything
#   malformed-cve, malformed-ghsa, malformed-date, unknown-severity,
#   dead-reference          by their own forms
#   duplicate-id            (dist, id) pairs whose records differ in more than
#                           their affected ranges (a record a range is how
#                           bundled libraries are written) and their links, and
#                           ids under several distributions
#   repeated-record         (dist, id) pairs with a record that stands there twice,
#                           word for word as far as the scanner keeps it
#   fix-without-release     lower bounds of fixed elements (of distributions that
#                           list releases) that are no listed release, `>0` apart
#
# Versions are dense: an interval between two different ones is never empty; 0
# is the least version.
use strict;
use warnings;

use Getopt::Long ();
use JSON::PP ();
use Time::Local ();
use version ();

my ($feed, $facts, $list);
Getopt::Long::GetOptions('feed=s' => \$feed, 'facts=s' => \$facts, 'list' => \$list)
    and ($feed xor $facts)
    or die "usage: $0 (--feed FILE | --facts DIR) [--list]\n";

my $json = JSON::PP->new->utf8->canonical->allow_nonref;
my (@records, %releases, %of);

sub slurp {
    my ($path) = @_;
    open my $in, '<:raw', $path or die "$path: $!\n";
    local $/;
    return scalar <$in>;
}

if ($feed) {
    my $data = $json->decode(slurp($feed));
    for my $dist (sort keys %{ $data->{dists} }) {
        my $of = $data->{dists}{$dist};
        $releases{$dist}{$_} = 1 for grep { defined } map { $_->{version} } @{ $of->{versions} };
        for my $a (@{ $of->{advisories} }) {
            push @records,
                {
                dist       => $dist,
                id         => $a->{id},
                affected   => $a->{affected_versions},
                fixed      => $a->{fixed_versions},
                cves       => $a->{cves}       // [],
                ghsas      => $a->{github_security_advisory} // [],
                references => $a->{references} // [],
                severity   => $a->{severity},
                reported   => $a->{reported},
                library => $a->{embedded_vulnerability} || $a->{external_vulnerability},
                };
        }
    }
}
else {
    my $rows = sub { map { $json->decode($_) } grep {/\S/} split /\n/, slurp("$facts/$_[0]") };
    $releases{ $_->{dist} }{ $_->{version} } = 1 for $rows->('releases.jsonl');
    @records = map { { %$_, library => $_->{embedded} } } $rows->('advisories.jsonl');
}

my %parsed;

# The version object, or undef where version.pm refuses the text.
sub version_of {
    my ($text) = @_;
    return $parsed{$text} if exists $parsed{$text};
    return $parsed{$text} = eval {
        local $SIG{__WARN__} = sub { die $_[0] };
        version->parse($text);
    };
}

my $zero = version->parse('0');

# An interval: [low, low inclusive, high, high inclusive], undef for no bound.
sub comparison {
    my ($part) = @_;
    my ($operator, $text) = $part =~ /\A\s*(>=|<=|==|>|<|=|)\s*(.*?)\s*\z/s or return;
    my $v = version_of($text);
    return if !defined $v || $text eq '';
    return [$v, 1, undef, 0] if $operator eq '>=';
    return [$v, 0, undef, 0] if $operator eq '>';
    return [undef, 0, $v, 1] if $operator eq '<=';
    return [undef, 0, $v, 0] if $operator eq '<';
    return [$v, 1, $v, 1];
}

sub both {
    my ($x, $y) = @_;
    my ($low, $low_in, $high, $high_in) = @$x;
    if (defined $y->[0]) {
        my $order = defined $low ? $y->[0] <=> $low : 1;
        ($low, $low_in) = @$y[0, 1] if $order > 0 || ($order == 0 && !$y->[1]);
    }
    if (defined $y->[2]) {
        my $order = defined $high ? $y->[2] <=> $high : -1;
        ($high, $high_in) = @$y[2, 3] if $order < 0 || ($order == 0 && !$y->[3]);
    }
    return [$low, $low_in, $high, $high_in];
}

sub is_empty {
    my ($low, $low_in, $high, $high_in) = @{ $_[0] };
    return 0 if !defined $high;
    ($low, $low_in) = ($zero, 1) if !defined $low;
    my $order = $low <=> $high;
    return $order > 0 || ($order == 0 && !($low_in && $high_in));
}

sub holds {
    my ($range, $v) = @_;
    my ($low, $low_in, $high, $high_in) = @$range;
    if (defined $low)  { my $o = $v <=> $low;  return 0 if $o < 0 || ($o == 0 && !$low_in) }
    if (defined $high) { my $o = $v <=> $high; return 0 if $o > 0 || ($o == 0 && !$high_in) }
    return 1;
}

my %counts = map { $_ => 0 } qw(bare-range single-equals unsatisfiable-range unreadable-range
    fixed-overlaps-affected reversed-operators range-without-release fix-without-release
    no-affected-range repeated-record malformed-id malformed-cve malformed-ghsa malformed-date unknown-severity
    dead-reference duplicate-id);

sub found {
    my ($rule, $record, $detail) = @_;
    $counts{$rule}++;
    printf "%s\t%s\t%s\t%s\n", $rule, $record->{dist}, $record->{id}, $detail // '' if $list;
    return;
}

# The intervals of an element, as the design reads them; undef if refused.
sub intervals {
    my ($element) = @_;
    my @parts = map { comparison($_) } split /,/, $element, -1;
    return if @parts != (() = $element =~ /,/g) + 1;
    my $all = [undef, 0, undef, 0];
    $all = both($all, $_) for @parts;
    return is_empty($all) ? \@parts : [$all];
}

my (%of_id, %same, %no_release, %some_release, %dists_of_id);
for my $record (@records) {
    my ($dist, $id) = @$record{qw(dist id)};
    my @known = grep { defined } map { version_of($_) } keys %{ $releases{$dist} // {} };
    my (%ranges, $refused);
    for my $list_name (qw(affected fixed)) {
        for my $element (@{ $record->{$list_name} }) {
            $of{"$list_name ranges"}++;
            found('bare-range', $record, "$list_name $element")    if $element =~ /\A\s*v?[\d._]+\s*\z/;
            found('single-equals', $record, "$list_name $element") if $element =~ /\A\s*=[^=<>]/;
            my $intervals = intervals($element);
            if (!$intervals) {
                $refused = 1;
                found('unreadable-range', $record, "$list_name $element");
                next;
            }
            if ($element =~ /,/ && @$intervals > 1) {
                found('unsatisfiable-range', $record, "$list_name $element");
                $of{contradicting_pins}++ if $element =~ /\A\s*==[^,]+,\s*==[^,]+\z/;
            }
            push @{ $ranges{$list_name} }, @$intervals;
            if ($list_name eq 'affected' && @known) {
                $of{'affected ranges of distributions with releases'}++;
                my $hit = grep { my $v = $_; grep { holds($_, $v) } @$intervals } @known;
                found('range-without-release', $record, $element) if !$hit;
            }
            if ($list_name eq 'fixed' && @known) {
                $of{'fixed ranges of distributions with releases'}++;
                for my $low (grep { defined } map { $_->[0] } @$intervals) {
                    $of{'fixes that name a version'}++;
                    next if $low == $zero || grep { $_ == $low } @known;
                    found('fix-without-release', $record, $element);
                    $of{'fixes above every release'}++ if !grep { $_ > $low } @known;
                    $of{'fixes between releases'}++ if grep({ $_ > $low } @known) && grep { $_ < $low } @known;
                    $of{'fixes above or between releases'}++ if grep { $_ < $low } @known;
                }
            }
        }
    }
    if (!$refused && @known && @{ $record->{affected} }) {
        my @all = map { @{ intervals($_) } } @{ $record->{affected} };
        my $hit = grep { my $v = $_; grep { holds($_, $v) } @all } @known;
        if (!$hit) {
            $of{'records without a release'}++;
            $no_release{"$dist\t$id"}++;
        }
        else { $some_release{"$dist\t$id"}++ }
    }
    found('no-affected-range', $record) if !@{ $record->{affected} };
    if (!$refused) {
        my @affected = @{ $ranges{affected} // [] };
        my @fixed    = @{ $ranges{fixed}    // [] };
        my @common = grep { !is_empty($_) } map { my $a = $_; map { both($a, $_) } @fixed } @affected;
        if (@common) {
            # Between two neighbouring ends nothing changes, so the ends and a
            # version between each two stand for all versions.
            my %seen;
            my @ends = sort { $a <=> $b } grep { defined && !$seen{ $_->normal }++ }
                map { @$_[0, 2] } @affected, @fixed;
            my @probes = ($zero, map { ($_, between($_)) } @ends);
            my $disputed = grep { disputed($_, \@affected, \@fixed) } @probes;
            $of{disputed}++ if $disputed;
            $of{'overlaps at a listed release'}++
                if grep { my $v = $_; grep { holds($_, $v) } @common } @known;
            found('fixed-overlaps-affected', $record, join ' | ',
                "@{$record->{affected}}", "@{$record->{fixed}}", $disputed ? 'disputed' : 'fix wins');
        }
        found('reversed-operators', $record, "@{$record->{affected}} | @{$record->{fixed}}")
            if @affected && @fixed
            && !grep({ defined $_->[2] } @affected)
            && !grep({ defined $_->[0] } @fixed);
    }
    found('malformed-id', $record) if $id !~ /\ACPANSA-[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*?-\d{4}-[A-Za-z0-9_.-]+\z/;
    for (@{ $record->{cves} }) { found('malformed-cve', $record, $_) if !/\ACVE-\d{4}-\d{4,19}\z/ }
    for (@{ $record->{ghsas} }) {
        found('malformed-ghsa', $record, $_) if !/\AGHSA(?:-[23456789cfghjmpqrvwx]{4}){3}\z/;
    }
    my $day = $record->{reported};
    found('malformed-date', $record, $day) if defined $day && !is_day($day);
    found('unknown-severity', $record, $record->{severity})
        if ($record->{severity} // '') !~ /\A(?:critical|high|medium|moderate|low|minor|unscored|)\z/i;
    for (@{ $record->{references} }) {
        next if m{\Ahttps?://[^\s/?#.]+\.[^\s/?#]+(?:[/?#]\S*)?\z}i && !/[.,;:>"'\]]\z/ && !(/\)\z/ && !/\(/);
        found('dead-reference', $record, $_);
    }
    # A list's order says nothing.
    my $list_of = sub { $json->encode([sort @{ $record->{ $_[0] } }]) };
    my $content = join ' ', map({ $list_of->($_) } qw(cves ghsas fixed)), $record->{severity} || 'unscored',
        $record->{reported} // '';
    $of_id{"$dist\t$id"}{$content}++;
    $same{"$dist\t$id"}{ join ' ', $content, $list_of->('affected') }++;
    $dists_of_id{$id}{$dist} = 1;
}

sub is_day {
    my ($year, $month, $day) = $_[0] =~ /\A((?:19|20)\d\d)-(\d\d)-(\d\d)\z/ or return 0;
    # It dies for the 30th of February.
    return eval { Time::Local::timegm(0, 0, 12, $day, $month - 1, $year); 1 } || 0;
}

# A version just above this one: nothing that is named lies between them.
sub between { my ($v) = @_; return version->parse($v->normal . '.0.1') }

sub disputed {
    my ($v, $affected, $fixed) = @_;
    my @held = grep { holds($_, $v) } @$affected or return 0;
    my @fixes = grep { holds($_, $v) } @$fixed or return 0;
    for my $range (@held) {
        my $wins = defined $range->[2]
            ? $range->[2] == $v && grep({ defined $_->[0] && $_->[0] == $v } @fixes)
            : grep({ defined $_->[0] && !defined $_->[2] } @fixes);
        return 1 if !$wins;
    }
    return 0;
}

for my $pair (sort keys %of_id) {
    my ($dist, $id) = split /\t/, $pair;
    found('repeated-record', { dist => $dist, id => $id })
        if grep { $_ > 1 } values %{ $same{$pair} };
    found('duplicate-id', { dist => $dist, id => $id }, 'records differ')
        if keys %{ $of_id{$pair} } > 1;
}
for my $id (sort keys %dists_of_id) {
    my @dists = sort keys %{ $dists_of_id{$id} };
    found('duplicate-id', { dist => $dists[1], id => $id }, "also under $dists[0]") if @dists > 1;
}
$of{'ids without a release'} = grep { !$some_release{$_} } keys %no_release;
$of{'ids with a record without a release'} = keys %no_release;
print JSON::PP->new->canonical->pretty->encode({ %counts, of => \%of, records => scalar @records })
    if !$list;
