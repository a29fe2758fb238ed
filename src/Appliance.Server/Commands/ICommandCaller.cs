namespace Appliance.Server.Commands;

/// <summary>
/// Whoever called a command: its files and its keyboard. They are at this process, or at the other end of the admin
/// socket, since a server must not touch files in a caller's name.
/// </summary>
internal interface ICommandCaller
{
    /// <summary>A file that the command line names.</summary>
    /// <exception cref="CommandException">It cannot be read, or is larger than the limit in bytes.</exception>
    Task<byte[]> ReadFileAsync(FileInfo file, int limit, CancellationToken cancellationToken);

    /// <summary>Writes a file that the command line names; a secret one may be read by its owner only.</summary>
    /// <exception cref="CommandException">It cannot be written.</exception>
    Task WriteFileAsync(FileInfo file, byte[] content, bool secret, CancellationToken cancellationToken);

    /// <summary>A password: the file's first line, or from a prompt or standard input.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    Task<string> ReadPasswordAsync(FileInfo? file, CancellationToken cancellationToken);
}
