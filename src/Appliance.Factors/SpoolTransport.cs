using System.Globalization;
using Appliance.Factors.Notifying;

namespace Appliance.Factors;

/// <summary>
/// Writes messages into a folder (mode 0700), one file each (0600), JSON; for development and tests: the files hold
/// codes and links. A file appears whole. Its name orders it and stays when the message is sent again.
/// </summary>
public sealed class SpoolTransport : NoticeTransport
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = Owner | UnixFileMode.UserExecute;

    private readonly string _folder;

    /// <summary>Makes the folder where it is missing.</summary>
    /// <exception cref="IOException">It cannot be made, or others than its owner may enter it.</exception>
    public SpoolTransport(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = Path.GetFullPath(folder);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_folder);
            return;
        }

        var made = Directory.CreateDirectory(_folder, OwnerFolder);
        if ((made.UnixFileMode & ~OwnerFolder) != UnixFileMode.None)
        {
            throw new IOException($"{_folder}: messages with codes go there; let nobody else enter it (chmod 700).");
        }
    }

    internal override async Task<Delivery> DeliverAsync(
        RenderedNotice notice, CancellationToken cancellationToken)
    {
        var row = notice.Row;
        var name = string.Create(
            CultureInfo.InvariantCulture, $"{row.CreatedAt:D15}-{row.Sequence:D12}-{row.Id:N}.json");
        var hidden = Path.Combine(_folder, $".{name}.new");
        try
        {
            await WriteAsync(hidden, NoticeBody.Write(notice, smsSender: null), cancellationToken)
                .ConfigureAwait(false);
            File.Move(hidden, Path.Combine(_folder, name), overwrite: true);
            return Delivery.Done;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Delivery.Later("spool");
        }
    }

    private static async Task WriteAsync(string path, byte[] bytes, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Owner;
        }

        var file = new FileStream(path, options);
        await using var _ = file.ConfigureAwait(false);
        await file.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        await file.FlushAsync(cancellationToken).ConfigureAwait(false);
        RandomAccess.FlushToDisk(file.SafeFileHandle);
    }
}
