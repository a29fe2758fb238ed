using Appliance.Server.Commands;

return await CommandLine.RunAsync(args, new CommandEnvironment());
