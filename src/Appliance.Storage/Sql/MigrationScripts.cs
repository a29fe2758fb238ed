using System.Globalization;

namespace Appliance.Storage.Sql;

/// <summary>The numbered scripts of a folder of Migrations, which are resources of this assembly.</summary>
internal sealed class MigrationScripts
{
    private readonly string _folder;

    public MigrationScripts(string folder)
    {
        _folder = folder;
        while (typeof(MigrationScripts).Assembly.GetManifestResourceInfo(NameOf(Newest + 1)) is not null)
        {
            Newest++;
        }
    }

    /// <summary>The newest schema that this binary knows: the number of the last script.</summary>
    public int Newest { get; }

    public string Read(int number)
    {
        using var stream = typeof(MigrationScripts).Assembly.GetManifestResourceStream(NameOf(number))!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{_folder}.{number:D4}.sql");
}
