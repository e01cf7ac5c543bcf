#!/usr/bin/env perl
# Runs each case of traps.txt by perl, and says where the modules that perl
# loads are not those that the case expects.
#
#   perl traps.pl traps.txt
#
# A case is a line `#### NAME: MODULE MODULE`, then its code. Behind the name
# may stand, in brackets: crlf (line ends), bom, bare (no newline at the end),
# utf8, unseen (perl can't confirm it, since what it needs is not there), missed
# (perlscan is known to say something else). All modules of the cases begin with
# X and exist nowhere: a hook at the end of @INC makes them up and keeps their
# names.
use strict;
use warnings;
use File::Temp 'tempdir';

my $dir = tempdir(CLEANUP => 1);
my $hook = "$dir/Hook.pm";
write_file($hook, <<'HOOK');
package Hook;
my @asked;
push @INC, sub {
    my ($self, $file) = @_;
    return unless $file =~ /^X.*\.pm\z/;
    (my $module = $file) =~ s/\.pm\z//;
    $module =~ s{/}{::}g;
    utf8::encode($module) if utf8::is_utf8($module);
    push @asked, $module;
    utf8::decode($module);
    my $code = "package $module; our \$VERSION = 9; sub import {} sub unimport {} "
        . 'sub new { bless {}, shift } 1;';
    utf8::encode($code);
    $code = "use utf8; $code" if $code =~ /[^\0-\x7f]/;
    open my $fh, '<', \$code or die;
    return $fh;
};
END { open my $out, '>', $ENV{ASKED} or die; print $out "$_\n" for @asked }
1;
HOOK

my ($cases, $failed) = (0, 0);
for my $case (cases($ARGV[0])) {
    my ($name, $options, $expected, $code) = @$case;
    next if $options =~ /unseen/;
    $cases++;
    write_file("$dir/case.pl", $code);
    unlink "$dir/asked";
    local $ENV{ASKED} = "$dir/asked";
    my $said = `cd $dir && perl -I$dir -MHook case.pl 2>&1 </dev/null`;
    my %got = -e "$dir/asked" ? map { $_ => 1 } split /\n/, read_file("$dir/asked") : ();
    my $got = join ' ', sort keys %got;
    my $wanted = join ' ', sort split ' ', $expected;
    next if $got eq $wanted && $said !~ /syntax error|Compilation failed|Can't find string/;
    $failed++;
    print "$name: perl loads '$got', expected is '$wanted'\n$said\n";
}
print "$cases cases, $failed failed\n";
exit($failed ? 1 : 0);

sub cases {
    my @cases;
    for my $text (split /^(?=####)/m, read_file($_[0])) {
        my ($name, $options, $expected, $code) =
            $text =~ /\A#### ([^\[:]+?)(?: \[(.*?)\])?:(.*)\n(.*)\z/s or next;
        ($options, $expected, $code) = ($options // '', split /\n/, "$expected\n$code", 2);
        $code =~ s/\n\n\z/\n/;
        $code =~ s/\n/\r\n/g if $options =~ /crlf/;
        $code = "\xef\xbb\xbf$code" if $options =~ /bom/;
        $code =~ s/\s+\z// if $options =~ /bare/;
        push @cases, [$name, $options, $expected, $code];
    }
    return @cases;
}

sub read_file { open my $fh, '<:raw', $_[0] or die "$_[0]: $!"; local $/; return <$fh> }
sub write_file { open my $fh, '>:raw', $_[0] or die "$_[0]: $!"; print $fh $_[1] }
