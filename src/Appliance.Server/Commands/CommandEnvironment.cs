namespace Appliance.Server.Commands;

/// <summary>What a command has around it: the process's own streams and clock, or those of a test.</summary>
internal sealed record CommandEnvironment
{
    public TextWriter Output { get; init; } = Console.Out;

    public TextWriter Error { get; init; } = Console.Error;

    public TextReader Input { get; init; } = Console.In;

    /// <summary>True when a person sits at the terminal and can be prompted.</summary>
    public bool Interactive { get; init; } = !Console.IsInputRedirected;

    /// <summary>True when the output has a terminal's width and colours.</summary>
    public bool Terminal { get; init; } = !Console.IsOutputRedirected;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
