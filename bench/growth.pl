# Draws seconds over files, both logarithmic: lines of "FILES PERLSCAN PEER MEMORY"
# to an SVG on standard output. Arguments: the title, what is counted, the peer, and
# the powers of ten from and to which.
use strict;
use warnings;

my ($title, $unit, $peer, $x0, $x1) =
    @ARGV ? splice @ARGV : ('Seconds over files of Perl: perlscan and rg, and what is linear', 'files', 'rg', 3, 5);
my @rows = map { [split] } <STDIN>;
my ($width, $height, $left, $top, $right, $bottom) = (660, 420, 70, 40, 40, 60);
sub log10 { log($_[0]) / log(10) }
my @seconds = map { @$_[1, 2] } @rows;
my ($low, $high) = (sort { $a <=> $b } @seconds)[0, -1];
my ($y0, $y1) = (int(log10($low)) - 1, int(log10($high)) + 1);
sub across { $left + (log10($_[0]) - $x0) / ($x1 - $x0) * ($width - $left - $right) }
sub down { $top + ($y1 - log10($_[0])) / ($y1 - $y0) * ($height - $top - $bottom) }
sub point { sprintf '%.1f,%.1f', across($_[0]), down($_[1]) }

print qq(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $width $height" font-family="sans-serif" font-size="12">\n);
print qq(<rect width="$width" height="$height" fill="white"/>\n);
print qq(<text x="$left" y="22" font-size="14">$title</text>\n);
for my $power ($x0 .. $x1) {
    my ($files, $x) = (10**$power, across(10**$power));
    1 while $files =~ s/^(\d+)(\d{3})/$1,$2/;
    printf qq(<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#ddd"/>\n), $x, $top, $x, $height - $bottom;
    printf qq(<text x="%.1f" y="%d" text-anchor="middle">%s</text>\n), $x, $height - $bottom + 18, $files;
}
for my $power ($y0 .. $y1) {
    my $y = down(10**$power);
    printf qq(<line x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke="#ddd"/>\n), $left, $y, $width - $right, $y;
    printf qq(<text x="%d" y="%.1f" text-anchor="end">%s s</text>\n), $left - 6, $y + 4, 10**$power;
}
my ($first) = @rows;
printf qq(<polyline points="%s %s" fill="none" stroke="#999" stroke-dasharray="4 4"/>\n),
    point($first->[0], $first->[1]), point($rows[-1][0], $first->[1] * $rows[-1][0] / $first->[0]);
my @lines = (['perlscan', 1, '#0b62a4'], [$peer, 2, '#b4462a'], ['linear from the first point', undef, '#999']);
for my $i (0 .. $#lines) {
    my ($name, $column, $colour) = @{$lines[$i]};
    printf qq(<text x="%d" y="%d" fill="%s">%s</text>\n), $left + 14, $top + 18 + 16 * $i, $colour, $name;
    next unless $column;
    printf qq(<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>\n),
        join(' ', map { point($_->[0], $_->[$column]) } @rows), $colour;
    printf qq(<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>\n), across($_->[0]), down($_->[$column]), $colour for @rows;
}
printf qq(<text x="%d" y="%d" text-anchor="middle">$unit</text>\n), ($left + $width - $right) / 2, $height - 20;
print "</svg>\n";
