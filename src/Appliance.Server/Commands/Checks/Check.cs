namespace Appliance.Server.Commands.Checks;

/// <summary>One check of `doctor`: what was looked at, how it ended, what was found.</summary>
internal sealed record Check(string Name, CheckResult Result, string Detail);
