using Appliance.Load.Echo;
using Appliance.Load.Failover;
using Appliance.Load.Flood;
using Appliance.Load.Overload;
using Appliance.Load.Ratio;

return args switch
{
    ["echo", ..] => await EchoComparison.RunAsync(args[1..]),
    ["echo-server", ..] => await EchoServer.RunAsync(),
    ["ratio", ..] => await RatioCommand.RunAsync(args[1..]),
    ["flood", ..] => await FloodCommand.RunAsync(args[1..]),
    ["overload", ..] => await OverloadCommand.RunAsync(args[1..]),
    ["failover", ..] => await FailoverCommand.RunAsync(args[1..]),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        "Usage: Appliance.Load echo [calls in flight] [seconds] | echo-server | ratio DIR [--quick] | "
        + "flood DIR [--quick] | overload DIR overload|lanes ALGORITHM TIMES FLOOR [--quick] | "
        + "failover DIR [--quick]");
    return 2;
}
