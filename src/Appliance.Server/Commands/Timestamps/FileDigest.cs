using System.Buffers;
using System.Security.Cryptography;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>The digest of a file of any size, read once and in pieces.</summary>
internal static class FileDigest
{
    private const int Piece = 128 * 1024;

    /// <exception cref="CommandException">It cannot be read.</exception>
    public static byte[] Of(string path, HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
        {
            throw new CommandException($"{path} is a directory; `appliance timestamp batch` takes directories.");
        }

        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            using var hash = IncrementalHash.CreateHash(algorithm);
            using var stream = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
            for (int got; (got = stream.Read(buffer)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, got);
            }

            return hash.GetHashAndReset();
        }
        catch (FileNotFoundException)
        {
            throw new CommandException($"There is no file {path}.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(error.Message);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
