requires 'A', '1.0', dist => 'AUTHOR/A-1.0.tar.gz';
requires 'B', '2.0', url => 'http://example.com/B-2.0.tar.gz';
requires 'C', dist => 'M/MI/MIYAGAWA/C-1.tar.gz', mirror => 'https://cpan.example.com/';
requires 'D', git => 'git://example.com/d.git', ref => 'abc123';
requires 'E', '0', git => 'git://example.com/e.git', branch => 'main';
requires 'F' => '== 1.2', 'dist' => "G/GA/GA/F-1.2.tgz";
