on 'test', sub { requires 'A' };
on('test', sub { requires 'B' });
on("test" => sub { requires 'C'; }, );
on q{test} => sub
{
    requires 'D'
}
;
on test=>sub{requires 'E'=>1};
