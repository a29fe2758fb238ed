namespace Appliance.Server.Admin.Wire;

/// <summary>What a frame on the admin socket carries. Below 16 from the command, from 16 on from the server.</summary>
internal enum FrameKind : byte
{
    /// <summary>The command: <see cref="CommandRequest"/> as JSON. First, once.</summary>
    Request = 1,

    /// <summary>What the server asked for: a file's bytes, a password in UTF-8, nothing for a file written.</summary>
    Content = 2,

    /// <summary>It cannot be had; why, in UTF-8.</summary>
    Failure = 3,

    /// <summary>The person gave up.</summary>
    Cancel = 4,

    /// <summary>The command is admitted and begins. What ends before this has done nothing.</summary>
    Accepted = 16,

    /// <summary>Standard output, UTF-8.</summary>
    Output = 17,

    /// <summary>Standard error, UTF-8.</summary>
    Error = 18,

    /// <summary>Asks for a file that the command line names: <see cref="FileQuestion"/> as JSON.</summary>
    ReadFile = 19,

    /// <summary>Asks to write a file that the command line names: <see cref="FileQuestion"/> as JSON.</summary>
    WriteFile = 20,

    /// <summary>Asks for a password: <see cref="FileQuestion"/> as JSON, its path null for a prompt.</summary>
    ReadPassword = 21,

    /// <summary>The exit code, one byte. Last.</summary>
    Exit = 22,
}
