using System.Text.Json;
using Appliance.Server.Options;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Appliance.Server.Hosting;

/// <summary>The file of --ready-file: there once calls are answered, gone once they are not.</summary>
internal static class ReadyFile
{
    /// <summary>The addresses that were bound; Kestrel keeps them in the order in which they were asked for.</summary>
    public static ReadyDocument Describe(WebApplication app, ListenSettings listen)
    {
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .Select(address => new Uri(address).Port).ToArray();
        _ = ListenAddress.TryParse(listen.Rest, out var rest);
        _ = ListenAddress.TryParse(listen.Grpc, out var grpc);
        return new ReadyDocument(rest!.Url(bound[0]), grpc!.Url(bound[^1]), Environment.ProcessId);
    }

    /// <summary>Whole or not at all: whoever waits for the file never reads half of it.</summary>
    public static void Write(string? path, ReadyDocument ready)
    {
        if (path is null)
        {
            return;
        }

        var part = path + ".part";
        File.WriteAllBytes(part, JsonSerializer.SerializeToUtf8Bytes(ready, HostingJson.Default.ReadyDocument));
        File.Move(part, path, overwrite: true);
    }

    public static void Delete(string? path)
    {
        if (path is not null)
        {
            File.Delete(path);
        }
    }
}
