#!/usr/bin/env perl
# Makes packed.pl with the real App::FatPacker from made-up modules, and
# expected.tsv: what perl itself says of each module when it runs the script.
# Needs App::FatPacker; the output is the same bytes each time.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use FindBin;

my %module = (
    'Tiny/Thing.pm' => <<'END',
package Tiny::Thing;
use strict;
our $VERSION = '0.012';

sub text { return <<TEXT }
  package Tiny::Wrong;
  $VERSION = '9';
TEXT

=head1 NAME

Tiny::Thing - our $VERSION = '8';

=cut

1;
END
    'Tiny/Dotted.pm' => <<'END',
# The package statement is not the first line.
use strict;
package Tiny::Dotted v1.2.3;
1;
END
    'Tiny/Caf.pm' => "package Tiny::Caf;\n# caf\xe9, in Latin-1\nour \$VERSION = 1.50;\n1;\n",
    'Tiny/NoEnd.pm' => "package Tiny::NoEnd; our \$VERSION = '3.1'; 1;",
    'Tiny/Data.pm' => <<'END',
package Tiny::Data;
our $VERSION = '2.0';
our $sample = q{$fatpacked{"Tiny/Fake.pm"} = <<'FAKE';};
1;
__END__
package Tiny::After;
END
);

my $folder = tempdir(CLEANUP => 1);
for my $name (keys %module) {
    make_path(dirname("$folder/lib/$name"), "$folder/fatlib");
    open my $file, '>:raw', "$folder/lib/$name" or die $!;
    print {$file} $module{$name};
    close $file or die $!;
}
open my $script, '>:raw', "$folder/script" or die $!;
print {$script} "#!/usr/bin/env perl\nuse strict;\nfor (\@ARGV) { eval \"require \$_; 1\" or die \$@; ",
    "print \$_, qq{\\t}, \$_->VERSION, qq{\\t}, (caller_file(\$_)), qq{\\n} }\n",
    "sub caller_file { (my \$key = \$_[0]) =~ s{::}{/}g; ref \$INC{qq{\$key.pm}} ? 'packed' : 'other' }\n";
close $script or die $!;
system("cd '$folder' && fatpack file script >'$FindBin::Bin/packed.pl' 2>/dev/null") == 0 or die;

my @names = sort map { s{/}{::}gr =~ s/\.pm$//r } keys %module;
my $said = `cd / && $^X '$FindBin::Bin/packed.pl' @names`;
die "the packed script does not run" if $?;
open my $out, '>:raw', "$FindBin::Bin/expected.tsv" or die $!;
print {$out} $said;
close $out or die $!;
