using Appliance.Server.Admin;

namespace Appliance.Server.Commands;

/// <summary>
/// What a command has around it: the process's own streams and clock, those of a test, or those of whoever is at the
/// other end of the admin socket.
/// </summary>
internal sealed record CommandEnvironment
{
    public TextWriter Output { get; init; } = Console.Out;

    public TextWriter Error { get; init; } = Console.Error;

    public TextReader Input { get; init; } = Console.In;

    /// <summary>True when a person sits at the terminal and can be prompted.</summary>
    public bool Interactive { get; init; } = !Console.IsInputRedirected;

    /// <summary>True when the output has a terminal's width and colours.</summary>
    public bool Terminal { get; init; } = !Console.IsOutputRedirected;

    /// <summary>Whether that terminal takes ANSI sequences; null to find out.</summary>
    public bool? Ansi { get; init; }

    /// <summary>That terminal's columns; null to find out.</summary>
    public int? Width { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The command line, without the program's name.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>In whose name.</summary>
    public OsUser User { get; init; } = OsUsers.Current();

    /// <summary>The server that carries the command out; null where this process opens the store itself.</summary>
    public CommandHost? Host { get; init; }

    /// <summary>Who has the files and the keyboard; null for this process.</summary>
    public ICommandCaller? Remote { get; init; }

    /// <summary>Who has the files and the keyboard.</summary>
    public ICommandCaller Caller => Remote ?? new LocalCaller(this);
}
