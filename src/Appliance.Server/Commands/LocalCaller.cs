namespace Appliance.Server.Commands;

/// <summary>The caller of a command that this process carries out itself, or asks a server for.</summary>
internal sealed class LocalCaller(CommandEnvironment environment) : ICommandCaller
{
    public async Task<byte[]> ReadFileAsync(FileInfo file, int limit, CancellationToken cancellationToken)
    {
        try
        {
            var stream = file.OpenRead();
            await using var _ = stream.ConfigureAwait(false);

            // A pipe does not tell its length: one byte more than allowed is read, and is one too many.
            var content = new MemoryStream();
            await using var __ = content.ConfigureAwait(false);
            var buffer = new byte[64 * 1024];
            while (content.Length <= limit)
            {
                var got = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (got == 0)
                {
                    return content.ToArray();
                }

                await content.WriteAsync(buffer.AsMemory(0, got), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(error.Message);
        }

        throw new CommandException($"{file.FullName} is larger than {Size(limit)}; this command takes no more.");
    }

    public async Task WriteFileAsync(
        FileInfo file, byte[] content, bool secret, CancellationToken cancellationToken)
    {
        try
        {
            if (secret)
            {
                SecretFile.Write(file, content);
            }
            else
            {
                await File.WriteAllBytesAsync(file.FullName, content, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(error.Message);
        }
    }

    public Task<string> ReadPasswordAsync(FileInfo? file, CancellationToken cancellationToken)
        => Task.FromResult(Passwords.Read(file, environment));

    private static string Size(int limit)
        => limit >= 1024 * 1024
            ? FormattableString.Invariant($"{limit / (1024 * 1024)} MiB")
            : FormattableString.Invariant($"{limit} bytes");
}
