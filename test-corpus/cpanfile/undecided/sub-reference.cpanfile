sub deps { requires 'A' }
on test => \&deps;
