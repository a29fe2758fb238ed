using Appliance.Load.Echo;

return args switch
{
    ["echo", ..] => await EchoComparison.RunAsync(args[1..]),
    ["echo-server", ..] => await EchoServer.RunAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: Appliance.Load echo [calls in flight] [seconds] | echo-server");
    return 2;
}
