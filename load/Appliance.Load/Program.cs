using Appliance.Load.Echo;
using Appliance.Load.Flood;
using Appliance.Load.Hosting;
using Appliance.Load.Ratio;
using Appliance.Pkcs11;

return args switch
{
    ["echo", ..] => await EchoComparison.RunAsync(args[1..]),
    ["echo-server", ..] => await EchoServer.RunAsync(),
    ["ratio", ..] => await RatioCommand.RunAsync(args[1..]),
    ["flood", ..] => await FloodCommand.RunAsync(args[1..]),
    ["hosting", ..] => await HostingCommand.RunAsync(args[1..]),
    ["host-module"] => ModuleHostProcess.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        "Usage: Appliance.Load echo [calls in flight] [seconds] | echo-server | ratio DIR [--quick] | "
        + "flood DIR [--quick] | hosting [--quick]");
    return 2;
}
