namespace Appliance.Server.Commands;

/// <summary>A command refuses. The message is one sentence for the person at the terminal; exit code 1.</summary>
internal sealed class CommandException(string message) : Exception(message);
